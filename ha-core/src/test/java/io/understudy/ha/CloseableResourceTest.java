package io.understudy.ha;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Objects that are made and closed with a role. */
class CloseableResourceTest {
  private final List<String> calls = new ArrayList<>();
  private boolean busy;

  private final class Thing implements AutoCloseable {
    private final long epoch;

    Thing(long epoch) {
      this.epoch = epoch;
      calls.add("open " + epoch);
    }

    void ping() throws IOException {
      calls.add("ping " + epoch);
      if (busy) {
        throw new IOException("no answer in " + epoch);
      }
    }

    @Override
    public void close() throws IOException {
      if (busy) {
        throw new IOException("busy");
      }
      calls.add("close " + epoch);
    }
  }

  private CloseableResource<Thing> resource() {
    return CloseableResource.<Thing>of(leadership -> new Thing(leadership.epoch()))
        .checkedBy(Thing::ping);
  }

  @Test
  void makesTheObjectForTheLeadershipAndClosesIt() throws Exception {
    CloseableResource<Thing> resource = resource();
    resource.stop();
    assertTrue(resource.current().isEmpty());
    resource.start(new HeldLeadership());
    assertEquals(7, resource.current().orElseThrow().epoch);

    resource.stop();
    resource.stop();

    assertEquals(List.of("open 7", "close 7"), calls);
    assertTrue(resource.current().isEmpty());
  }

  @Test
  void isCheckedByTheFunction() throws Exception {
    CloseableResource<Thing> resource = resource();
    assertThrows(IllegalStateException.class, resource::check);
    resource.start(new HeldLeadership());
    resource.check();
    busy = true;
    IOException broken = assertThrows(IOException.class, resource::check);
    assertEquals("no answer in 7", broken.getMessage());
    assertEquals(List.of("open 7", "ping 7", "ping 7"), calls);
  }

  /** It may still work: the group tries again, or ends the process. */
  @Test
  void keepsWhatCouldNotBeClosed() throws Exception {
    CloseableResource<Thing> resource = resource();
    resource.start(new HeldLeadership());
    busy = true;
    assertThrows(IOException.class, resource::stop);
    assertTrue(resource.current().isPresent());

    busy = false;
    resource.stop();

    assertEquals(List.of("open 7", "close 7"), calls);
  }

  @Test
  void hasNothingToCloseWhenItCouldNotBeMade() throws Exception {
    CloseableResource<Thing> resource =
        CloseableResource.of(
            leadership -> {
              throw new IOException("no");
            });
    assertThrows(IOException.class, () -> resource.start(new HeldLeadership()));
    resource.stop();
    assertTrue(resource.current().isEmpty());
  }
}
