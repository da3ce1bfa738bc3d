package io.understudy.ha.internal.jgroups;

import io.understudy.ha.MemberId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link WireWriter} wrote, and nothing else: every fault is a {@link
 * MalformedMessageException}. Nothing is allocated before it is known that the bytes for it are
 * there.
 */
final class WireReader {
  /** Members, roles and clusters: the union of their forms; the stricter ones check themselves. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

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

  static boolean isName(String value) {
    return NAME.matcher(value).matches();
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
    String value = new String(raw(u8()), StandardCharsets.ISO_8859_1);
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
