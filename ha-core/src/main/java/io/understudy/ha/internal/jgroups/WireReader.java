package io.understudy.ha.internal.jgroups;

import io.understudy.ha.MemberId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link WireWriter} wrote, and nothing else: every fault is a {@link
 * MalformedMessageException}. Nothing is allocated before it is known that the bytes for it are
 * there.
 */
final class WireReader {
  private static final int MAX_NAME_LENGTH = 64;

  private final byte[] bytes;
  private final int end;
  private int position;

  /** Reads one element of a list or an optional value. */
  interface Element<T> {
    T read(WireReader in) throws MalformedMessageException;
  }

  WireReader(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.position = offset;
    this.end = offset + length;
  }

  /**
   * Whether it has the form {@code [A-Za-z0-9._:-]{1,64}} of members, roles and clusters: the union
   * of theirs; the stricter ones check themselves.
   */
  static boolean isName(String value) {
    if (value.isEmpty() || value.length() > MAX_NAME_LENGTH) {
      return false;
    }
    for (int i = 0; i < value.length(); i++) {
      if (!isNameCharacter(value.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '-' && c <= ':' && c != '/') // - . 0 to 9 :
        || c == '_';
  }

  int position() {
    return position;
  }

  int remaining() {
    return end - position;
  }

  int u8() throws MalformedMessageException {
    need(1);
    return bytes[position++] & 0xff;
  }

  int u16() throws MalformedMessageException {
    need(2);
    return u8() << 8 | u8();
  }

  long i64() throws MalformedMessageException {
    need(8);
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | (bytes[position++] & 0xff);
    }
    return value;
  }

  /** What {@link WireWriter#vary} wrote, in its shortest form. */
  long vary() throws MalformedMessageException {
    long rest = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int next = u8();
      boolean tooMuch = shift == 63 && next > 1;
      if (tooMuch || (next == 0 && shift > 0)) {
        throw new MalformedMessageException("a number that is too long");
      }
      rest |= (next & 0x7fL) << shift;
      if (next < 0x80) {
        return (rest >>> 1) ^ -(rest & 1);
      }
    }
    throw new MalformedMessageException("a number without end");
  }

  double f64() throws MalformedMessageException {
    return Double.longBitsToDouble(i64());
  }

  boolean bool() throws MalformedMessageException {
    int value = u8();
    if (value > 1) {
      throw new MalformedMessageException("truth value " + value);
    }
    return value == 1;
  }

  byte[] raw(int length) throws MalformedMessageException {
    need(length);
    position += length;
    return Arrays.copyOfRange(bytes, position - length, position);
  }

  byte[] counted(int maxLength) throws MalformedMessageException {
    int length = u16();
    if (length > maxLength) {
      throw new MalformedMessageException(length + " bytes where at most " + maxLength + " fit");
    }
    return raw(length);
  }

  String name() throws MalformedMessageException {
    return suffixed("", 0);
  }

  /** A name of which the reader knows the beginning. */
  String suffixed(String known, int shared) throws MalformedMessageException {
    int length = u8();
    need(length);
    String rest = new String(bytes, position, length, StandardCharsets.ISO_8859_1);
    position += length;
    String value = shared == 0 ? rest : known.substring(0, shared) + rest;
    if (!isName(value)) {
      throw new MalformedMessageException("bad name of " + value.length() + " bytes");
    }
    return value;
  }

  MemberId member() throws MalformedMessageException {
    try {
      return new MemberId(name());
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("bad member id");
    }
  }

  <T> List<T> list(Element<T> element) throws MalformedMessageException {
    int size = u16();
    if (size > Codec.MAX_ELEMENTS) {
      throw new MalformedMessageException(
          size + " elements where at most " + Codec.MAX_ELEMENTS + " fit");
    }
    List<T> values = new ArrayList<>(Math.min(size, remaining()));
    for (int i = 0; i < size; i++) {
      values.add(element.read(this));
    }
    return values;
  }

  <T> @Nullable T optional(Element<T> content) throws MalformedMessageException {
    return bool() ? content.read(this) : null;
  }

  void expectEnd() throws MalformedMessageException {
    if (remaining() != 0) {
      throw new MalformedMessageException(remaining() + " bytes too many");
    }
  }

  private void need(int count) throws MalformedMessageException {
    if (remaining() < count) {
      throw new MalformedMessageException(
          "ends early: " + count + " bytes wanted, " + remaining() + " left");
    }
  }
}
