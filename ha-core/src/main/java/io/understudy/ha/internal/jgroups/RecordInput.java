package io.understudy.ha.internal.jgroups;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.util.Objects;

/**
 * Decrypts the records that {@link RecordOutput} wrote, in order. A record that is altered,
 * repeated, missing or too long ends the connection; it looks like a broken one to the reader. One
 * reader at a time.
 */
final class RecordInput extends InputStream {
  private static final int MAX_SEALED = RecordOutput.MAX_PLAIN + AeadKey.TAG_BYTES;

  private final InputStream raw;
  private final AeadKey key;
  private final Runnable onForgery;
  private long number;
  private byte[] plain = new byte[0];
  private int position;

  /** {@code onForgery} is told once of a record that was not made by the peer. */
  RecordInput(InputStream raw, byte[] key, Runnable onForgery) {
    this.raw = new BufferedInputStream(raw, RecordOutput.LENGTH_BYTES + MAX_SEALED);
    this.key = new AeadKey(key);
    this.onForgery = onForgery;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    while (position == plain.length) {
      if (!nextRecord()) {
        return -1;
      }
    }
    int count = Math.min(length, plain.length - position);
    System.arraycopy(plain, position, bytes, offset, count);
    position += count;
    return count;
  }

  @Override
  public int available() {
    return plain.length - position;
  }

  private boolean nextRecord() throws IOException {
    byte[] header = raw.readNBytes(RecordOutput.LENGTH_BYTES);
    if (header.length < RecordOutput.LENGTH_BYTES) {
      return false;
    }
    int length = lengthOf(header);
    if (length < AeadKey.TAG_BYTES || length > MAX_SEALED) {
      throw forged();
    }
    byte[] sealed = raw.readNBytes(length);
    if (sealed.length < length) {
      return false;
    }
    try {
      plain = key.decrypt(number++, header, sealed, 0, length);
      position = 0;
      return true;
    } catch (MalformedMessageException e) {
      throw forged();
    }
  }

  private static int lengthOf(byte[] header) {
    return (header[0] & 0xff) << 8 | (header[1] & 0xff);
  }

  private SocketException forged() {
    onForgery.run();
    return new SocketException("a record that the peer did not write");
  }
}
