package io.understudy.ha.internal.exclusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Life;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What stands in front of the application's bytes, and that the application never sees it. */
class HeaderTest {
  @Property
  void whatIsWrappedIsFoundAgain(
      @ForAll long incarnation,
      @ForAll long epoch,
      @ForAll boolean outlives,
      @ForAll boolean guarded,
      @ForAll @Size(max = 200) byte[] payload) {
    Life life = new Life(MemberId.of("n1"), incarnation);
    Work work = new Work(life, epoch, new Terms(epoch ^ incarnation, outlives, guarded));

    byte[] value = Header.wrap(work, payload);

    assertEquals(work, Header.work(value));
    assertArrayEquals(payload, Header.payload(value));
  }

  @Property
  void nobodyIsFoundAgain(@ForAll @Size(max = 200) byte[] payload) {
    byte[] value = Header.wrap(null, payload);

    assertNull(Header.work(value));
    assertArrayEquals(payload, Header.payload(value));
  }

  /** A register of a role that was never led under conditions, or is not now. */
  @Property
  void whatIsNotWrappedIsThePayload(@ForAll @Size(max = 200) byte[] plain) {
    RegisterValue value = new RegisterValue(new RegisterVersion(3, 1), plain);

    assertNull(Header.work(plain));
    assertEquals(value, Header.unwrapped(value));
  }

  /** The application's bytes may look like a header; only the outermost is one. */
  @Test
  void aPayloadThatLooksLikeAHeaderStaysOne() {
    byte[] looksLikeOne = Header.wrap(null, new byte[] {1});

    assertArrayEquals(looksLikeOne, Header.payload(Header.wrap(null, looksLikeOne)));
  }

  @Test
  void theLongestNameFitsInFrontOfTheLargestValue() {
    Life life = new Life(MemberId.of("n".repeat(64)), -1);
    Work work = new Work(life, Long.MAX_VALUE, new Terms(1, true, true));

    byte[] value = Header.wrap(work, new byte[Header.MAX_VALUE_BYTES]);

    assertTrue(value.length <= RegisterValue.MAX_BYTES, value.length + " bytes");
    assertEquals(work, Header.work(value));
  }

  @Test
  void aHeaderThatIsCutOffIsNone() {
    Work work = new Work(new Life(MemberId.of("n1"), 7), 4, new Terms(5, false, false));
    byte[] value = Header.wrap(work, new byte[0]);
    for (int length = 0; length < value.length; length++) {
      assertNull(Header.work(java.util.Arrays.copyOf(value, length)), length + " bytes");
    }
  }
}
