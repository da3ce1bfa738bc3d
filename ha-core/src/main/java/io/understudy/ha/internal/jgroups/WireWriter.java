package io.understudy.ha.internal.jgroups;

import io.understudy.ha.MemberId;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the wire's few forms: big-endian numbers, counted strings, bytes and lists. Refuses what a
 * reader would refuse, with {@link IllegalArgumentException}: that is a fault of this program.
 */
final class WireWriter {
  private byte[] bytes = new byte[256];
  private int size;

  /** How many bytes were written. */
  int size() {
    return size;
  }

  /** Takes back what was written after that many bytes. */
  void truncate(int newSize) {
    size = newSize;
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
    }
  }

  WireWriter u8(int value) {
    room(1);
    bytes[size++] = (byte) value;
    return this;
  }

  /** Writes a number over two bytes that were written before. */
  void putU16(int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
  }

  WireWriter u16(int value) {
    return u8(value >>> 8).u8(value);
  }

  WireWriter i64(long value) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      u8((int) (value >>> shift));
    }
    return this;
  }

  /** A number in one to ten bytes: the nearer to 0, the fewer. */
  WireWriter vary(long value) {
    long rest = (value << 1) ^ (value >> 63);
    while (rest >>> 7 != 0) {
      u8(((int) rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return u8((int) rest);
  }

  WireWriter f64(double value) {
    return i64(Double.doubleToRawLongBits(value));
  }

  WireWriter bool(boolean value) {
    return u8(value ? 1 : 0);
  }

  WireWriter raw(byte[] value) {
    room(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
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
    return suffix(value, 0);
  }

  /** A name without its beginning, which the reader knows. */
  WireWriter suffix(String value, int from) {
    if (!WireReader.isName(value)) {
      throw new IllegalArgumentException("'" + value + "' is no name that may be sent");
    }
    u8(value.length() - from);
    for (int i = from; i < value.length(); i++) {
      u8(value.charAt(i));
    }
    return this;
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
    if (size > Codec.MAX_BYTES) {
      throw new IllegalArgumentException(
          "a message of " + size + " bytes; at most " + Codec.MAX_BYTES + " may be sent");
    }
    return Arrays.copyOf(bytes, size);
  }
}
