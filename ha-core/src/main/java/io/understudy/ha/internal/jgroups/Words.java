package io.understudy.ha.internal.jgroups;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the watching side may say on the connection of a {@link Watch}: sealed messages, few and
 * short, {@code WORD, u16 length, bytes}.
 *
 * <p>For the resignation of a member that no longer hears anybody. Its ordinary connections carry
 * nothing more: what it sent on them is never acknowledged, so its kernel sends the same bytes
 * again and again and nothing after them. On a connection that was quiet the first kilobytes go out
 * without any acknowledgement. So a deaf leader lets its voters go when its lease ends, where they
 * would wait for their promises otherwise.
 */
final class Words {
  /** In all on one connection: well within what TCP sends at first (RFC 6928: 14 600 bytes). */
  static final int BUDGET_BYTES = 8 * 1024;

  private static final int WORD = 3;
  private static final int HEADER_BYTES = 3;

  private final ByteBuffer read = ByteBuffer.allocate(HEADER_BYTES + BUDGET_BYTES);

  /** A word on the wire, or null if it is too long. */
  static byte @Nullable [] frame(byte[] sealed) {
    if (HEADER_BYTES + sealed.length > BUDGET_BYTES) {
      return null;
    }
    return ByteBuffer.allocate(HEADER_BYTES + sealed.length)
        .put((byte) WORD)
        .putShort((short) sealed.length)
        .put(sealed)
        .array();
  }

  /** Where to read to. */
  ByteBuffer buffer() {
    return read;
  }

  /**
   * The next word that is there as a whole, or null.
   *
   * @throws MalformedMessageException if it is none
   */
  byte @Nullable [] next() throws MalformedMessageException {
    read.flip();
    try {
      if (read.hasRemaining() && read.get(0) != WORD) {
        throw new MalformedMessageException("no word on a quiet connection: " + read.get(0));
      }
      if (read.remaining() < HEADER_BYTES) {
        return null;
      }
      int length = Short.toUnsignedInt(read.getShort(1));
      if (length > BUDGET_BYTES) {
        throw new MalformedMessageException("a word of " + length + " bytes");
      }
      if (read.remaining() < HEADER_BYTES + length) {
        return null;
      }
      byte[] word = new byte[length];
      read.position(HEADER_BYTES);
      read.get(word);
      return word;
    } finally {
      read.compact();
    }
  }
}
