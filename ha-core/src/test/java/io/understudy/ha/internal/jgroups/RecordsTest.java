package io.understudy.ha.internal.jgroups;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class RecordsTest {
  private static final byte[] KEY = Primitives.hash(new byte[] {1});

  private final ByteArrayOutputStream wire = new ByteArrayOutputStream();
  private final RecordOutput out = new RecordOutput(wire, KEY);
  private final AtomicInteger forgeries = new AtomicInteger();

  private RecordInput in(byte[] bytes) {
    return new RecordInput(new ByteArrayInputStream(bytes), KEY, forgeries::incrementAndGet);
  }

  @Test
  void everyLengthComesThrough() throws IOException {
    byte[] large = new byte[3 * RecordOutput.MAX_PLAIN + 17];
    new Random(1).nextBytes(large);
    out.write(42);
    out.write(large);
    out.write(new byte[0]);
    byte[] read = in(wire.toByteArray()).readAllBytes();
    assertEquals(42, read[0]);
    assertArrayEquals(large, Arrays.copyOfRange(read, 1, read.length));
    assertEquals(0, forgeries.get());
  }

  @Test
  void anAlteredRecordEndsTheStream() throws IOException {
    out.write(new byte[100]);
    for (int i = 2; i < wire.size(); i++) {
      byte[] altered = wire.toByteArray();
      altered[i] ^= 1;
      assertThrows(SocketException.class, () -> in(altered).readAllBytes());
    }
    assertEquals(wire.size() - 2, forgeries.get());
  }

  @Test
  void aRepeatedRecordEndsTheStream() throws IOException {
    out.write(new byte[100]);
    byte[] twice = Primitives.concat(wire.toByteArray(), wire.toByteArray());
    RecordInput in = in(twice);
    in.readNBytes(100);
    assertThrows(SocketException.class, in::read);
  }

  @Test
  void aCutRecordIsTheEnd() throws IOException {
    out.write(new byte[100]);
    assertEquals(0, in(Arrays.copyOf(wire.toByteArray(), 50)).readAllBytes().length);
    assertEquals(0, forgeries.get());
  }

  @Test
  void aLengthOutOfBoundsEndsTheStreamAtOnce() {
    assertThrows(SocketException.class, () -> in(new byte[] {-1, -1}).read());
    assertThrows(SocketException.class, () -> in(new byte[] {0, 3}).read());
    assertTrue(forgeries.get() > 0);
  }
}
