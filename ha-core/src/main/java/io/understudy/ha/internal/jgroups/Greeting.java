package io.understudy.ha.internal.jgroups;

import java.io.DataInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/** Shakes hands as the side that connected, on a socket that blocks; see {@link Handshake}. */
final class Greeting {
  /** From the first byte sent to the last byte of the handshake. */
  static final int LIMIT_MILLIS = 1000;

  private final Socket raw;
  private final LiveSockets live;
  private final Handshake.Purpose purpose;
  private boolean heard;

  Greeting(Socket raw, LiveSockets live, Handshake.Purpose purpose) {
    this.raw = raw;
    this.live = live;
    this.purpose = purpose;
  }

  /**
   * Shakes hands. Does not check whether the peer is this process; leaves the socket without a read
   * limit, and open also when it fails.
   */
  Handshake.Session exchange() throws IOException {
    InputStream in = new DeadlineStream(raw, System.nanoTime() + LIMIT_MILLIS * 1_000_000L);
    ClientHandshake handshake = new ClientHandshake(live.keys(), live.self(), purpose);
    raw.setTcpNoDelay(true);
    raw.getOutputStream().write(handshake.hello());
    byte[] answer = new byte[Handshake.ANSWER_BYTES];
    int status = in.read();
    heard = true;
    if (status < 0) {
      throw new SocketException(
          raw.getRemoteSocketAddress() + " closed the connection without an answer");
    }
    ClientHandshake.checkStatus(status);
    answer[0] = (byte) status;
    new DataInputStream(in).readFully(answer, 1, answer.length - 1);
    ClientHandshake.Finish finish = handshake.finish(answer);
    raw.getOutputStream().write(finish.message());
    raw.setSoTimeout(0);
    return finish.session();
  }

  /** Whether the other side said anything, and be it that it closes in good order. */
  boolean heard() {
    return heard;
  }

  /** Reads the handshake: each read gets what is left of the time. */
  private static final class DeadlineStream extends FilterInputStream {
    private final Socket raw;
    private final long deadlineNanos;

    DeadlineStream(Socket raw, long deadlineNanos) throws IOException {
      super(raw.getInputStream());
      this.raw = raw;
      this.deadlineNanos = deadlineNanos;
    }

    @Override
    public int read() throws IOException {
      setTimeout();
      return in.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      setTimeout();
      return in.read(bytes, offset, length);
    }

    private void setTimeout() throws IOException {
      long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
      if (leftMillis <= 0) {
        throw new SocketTimeoutException("the handshake took longer than " + LIMIT_MILLIS + " ms");
      }
      raw.setSoTimeout((int) leftMillis);
    }
  }
}
