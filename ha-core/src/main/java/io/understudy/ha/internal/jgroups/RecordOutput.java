package io.understudy.ha.internal.jgroups;

import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketException;
import java.util.Objects;

/**
 * Encrypts what is written into records: two bytes of length, then AES-256-GCM of at most {@link
 * #MAX_PLAIN} bytes, numbered from 0. One write to the socket for each record. Threadsafe.
 */
final class RecordOutput extends OutputStream {
  static final int MAX_PLAIN = 16 * 1024;
  static final int LENGTH_BYTES = 2;

  /** Far below any limit of the cipher; then the connection is made anew. */
  static final long MAX_RECORDS = 1L << 40;

  private final OutputStream raw;
  private final AeadKey key;
  private long number;
  private volatile boolean writing;
  private volatile long writingSinceNanos;

  RecordOutput(OutputStream raw, byte[] key) {
    this.raw = raw;
    this.key = new AeadKey(key);
  }

  /** Whether one write to the socket has been going on for longer than that. */
  boolean isStalled(long nowNanos, long limitNanos) {
    return writing && nowNanos - writingSinceNanos > limitNanos;
  }

  @Override
  public void write(int oneByte) throws IOException {
    write(new byte[] {(byte) oneByte}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int end = offset + length;
    for (int at = offset; at < end; at += MAX_PLAIN) {
      writeRecord(bytes, at, Math.min(MAX_PLAIN, end - at));
    }
  }

  private void writeRecord(byte[] bytes, int offset, int length) throws IOException {
    if (number >= MAX_RECORDS) {
      throw new SocketException("the connection's keys are used up");
    }
    int sealedLength = length + AeadKey.TAG_BYTES;
    byte[] header = {(byte) (sealedLength >>> 8), (byte) sealedLength};
    byte[] sealed = key.encrypt(number++, header, bytes, offset, length);
    writingSinceNanos = System.nanoTime();
    writing = true;
    try {
      raw.write(Primitives.concat(header, sealed));
    } finally {
      writing = false;
    }
  }

  @Override
  public void flush() throws IOException {
    raw.flush();
  }
}
