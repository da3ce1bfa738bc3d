package io.understudy.ha.internal.jgroups;

import io.understudy.ha.MemberId;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the wire's few forms: big-endian numbers, counted strings, bytes and lists. Refuses what a
 * reader would refuse, with {@link IllegalArgumentException}: that is a fault of this program.
 */
final class WireWriter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);

  WireWriter u8(int value) {
    bytes.write(value);
    return this;
  }

  WireWriter u16(int value) {
    return u8(value >>> 8).u8(value);
  }

  WireWriter i64(long value) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes.write((int) (value >>> shift));
    }
    return this;
  }

  WireWriter f64(double value) {
    return i64(Double.doubleToRawLongBits(value));
  }

  WireWriter bool(boolean value) {
    return u8(value ? 1 : 0);
  }

  WireWriter raw(byte[] value) {
    bytes.writeBytes(value);
    return this;
  }

  /** Bytes with their length before them. */
  WireWriter counted(byte[] value, int maxLength) {
    if (value.length > maxLength) {
      throw new IllegalArgumentException(
          value.length + " bytes where at most " + maxLength + " fit");
    }
    return u16(value.length).raw(value);
  }

  /** A name of the form that {@link WireReader#name} accepts. */
  WireWriter name(String value) {
    if (!WireReader.isName(value)) {
      throw new IllegalArgumentException("'" + value + "' is no name that may be sent");
    }
    return u8(value.length()).raw(value.getBytes(StandardCharsets.US_ASCII));
  }

  WireWriter member(MemberId member) {
    return name(member.value());
  }

  <T> WireWriter list(List<T> values, BiConsumer<WireWriter, T> element) {
    if (values.size() > Codec.MAX_ELEMENTS) {
      throw new IllegalArgumentException(
          values.size() + " elements where at most " + Codec.MAX_ELEMENTS + " fit");
    }
    u16(values.size());
    values.forEach(value -> element.accept(this, value));
    return this;
  }

  <T> WireWriter optional(@Nullable T value, BiConsumer<WireWriter, T> content) {
    bool(value != null);
    if (value != null) {
      content.accept(this, value);
    }
    return this;
  }

  byte[] toBytes() {
    if (bytes.size() > Codec.MAX_BYTES) {
      throw new IllegalArgumentException(
          "a message of " + bytes.size() + " bytes; at most " + Codec.MAX_BYTES + " may be sent");
    }
    return bytes.toByteArray();
  }
}
