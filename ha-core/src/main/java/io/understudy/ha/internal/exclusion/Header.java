package io.understudy.ha.internal.exclusion;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.internal.election.Life;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A register value with {@link Work} hidden in front of the application's bytes. Written by hand,
 * because this package may not use {@code java.nio}.
 *
 * <pre>
 *   magic (8) | flags (1) | incarnation (8) | epoch (8) | stop limit (8) | length (1) | member id
 * </pre>
 *
 * Without {@link #AT_WORK} among the flags nothing but they follows the magic. A value that does
 * not begin with the magic has no header: nobody with a conditional takeover ever led the role.
 */
public final class Header {
  /** So many bytes of a register are kept for it. */
  public static final int MAX_BYTES = 128;

  /** The largest value that an application can write where there is a header. */
  public static final int MAX_VALUE_BYTES = RegisterValue.MAX_BYTES - MAX_BYTES;

  /** High bit set in the first byte, a line feed in the last: text does not look like this. */
  private static final byte[] MAGIC = {(byte) 0xF5, 'U', 'n', 'd', 'W', 'k', '1', '\n'};

  private static final int AT_WORK = 1;
  private static final int OUTLIVES = 2;
  private static final int GUARDED = 4;
  private static final int FLAGS_AT = MAGIC.length;
  private static final int INCARNATION_AT = FLAGS_AT + 1;
  private static final int EPOCH_AT = INCARNATION_AT + Long.BYTES;
  private static final int STOP_LIMIT_AT = EPOCH_AT + Long.BYTES;
  private static final int LENGTH_AT = STOP_LIMIT_AT + Long.BYTES;
  private static final int MEMBER_AT = LENGTH_AT + 1;

  private Header() {}

  /**
   * What the header says.
   *
   * @param value the bytes of a register
   * @return who may be at work; null if nobody is
   */
  public static @Nullable Work work(byte[] value) {
    if (!isPresent(value) || (value[FLAGS_AT] & AT_WORK) == 0) {
      return null;
    }
    StringBuilder member = new StringBuilder();
    for (int i = 0; i < value[LENGTH_AT]; i++) {
      member.append((char) value[MEMBER_AT + i]);
    }
    int flags = value[FLAGS_AT];
    Terms terms =
        new Terms(longAt(value, STOP_LIMIT_AT), (flags & OUTLIVES) != 0, (flags & GUARDED) != 0);
    Life life = new Life(MemberId.of(member.toString()), longAt(value, INCARNATION_AT));
    return new Work(life, longAt(value, EPOCH_AT), terms);
  }

  /**
   * The application's part.
   *
   * @param value the bytes of a register
   * @return a copy without the header, if there is one
   */
  public static byte[] payload(byte[] value) {
    return isPresent(value)
        ? Arrays.copyOfRange(value, lengthOf(value), value.length)
        : value.clone();
  }

  /**
   * The application's part under the same version.
   *
   * @param value what is in the register
   * @return the value as the application sees it
   */
  public static RegisterValue unwrapped(RegisterValue value) {
    byte[] bytes = value.bytes();
    return isPresent(bytes) ? new RegisterValue(value.version(), payload(bytes)) : value;
  }

  /**
   * Puts a header in front.
   *
   * @param work who may be at work, or null for nobody
   * @param payload the application's part
   * @return the bytes of the register
   */
  public static byte[] wrap(@Nullable Work work, byte[] payload) {
    String member = work == null ? "" : work.life().member().value();
    int length = work == null ? INCARNATION_AT : MEMBER_AT + member.length();
    byte[] value = Arrays.copyOf(MAGIC, length + payload.length);
    if (work != null) {
      Terms terms = work.terms();
      int flags = terms.outlivesProcess() ? AT_WORK | OUTLIVES : AT_WORK;
      value[FLAGS_AT] = (byte) (terms.guarded() ? flags | GUARDED : flags);
      putLong(value, INCARNATION_AT, work.life().incarnation());
      putLong(value, EPOCH_AT, work.epoch());
      putLong(value, STOP_LIMIT_AT, terms.stopLimitNanos());
      value[LENGTH_AT] = (byte) member.length();
      for (int i = 0; i < member.length(); i++) {
        value[MEMBER_AT + i] = (byte) member.charAt(i); // ids are ASCII
      }
    }
    System.arraycopy(payload, 0, value, length, payload.length);
    return value;
  }

  private static boolean isPresent(byte[] value) {
    return value.length >= INCARNATION_AT
        && Arrays.equals(value, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
        && value.length >= lengthOf(value);
  }

  private static int lengthOf(byte[] value) {
    if ((value[FLAGS_AT] & AT_WORK) == 0) {
      return INCARNATION_AT;
    }
    return value.length < MEMBER_AT ? MEMBER_AT : MEMBER_AT + value[LENGTH_AT];
  }

  private static long longAt(byte[] bytes, int at) {
    long number = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      number = (number << Byte.SIZE) | (bytes[at + i] & 0xFF);
    }
    return number;
  }

  private static void putLong(byte[] bytes, int at, long number) {
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[at + i] = (byte) (number >>> (Byte.SIZE * (Long.BYTES - 1 - i)));
    }
  }
}
