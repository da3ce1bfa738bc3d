package io.understudy.ha.internal.jgroups;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A socket whose other side is known to be a member, once it is connected; see {@link Handshake}.
 * What goes through it is encrypted in both directions.
 *
 * <p>It delegates what JGroups uses of a socket to the raw one. Two things differ from a plain
 * socket: a read that brings nothing for longer than the socket's patience fails, because on every
 * connection between members something arrives each heartbeat interval; and a write that takes as
 * long is ended by {@link LiveSockets}.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // see WrappedSocket
final class SecureSocket extends WrappedSocket {
  private final LiveSockets live;
  private volatile Handshake.@Nullable Session session;
  private volatile @Nullable RecordInput input;
  private volatile @Nullable RecordOutput output;
  private volatile int readTimeoutMillis;

  /** A socket to connect. */
  SecureSocket(LiveSockets live) {
    super(new Socket());
    this.live = live;
  }

  /** An accepted connection that has passed the handshake. */
  SecureSocket(LiveSockets live, Socket accepted, Handshake.Session session) throws IOException {
    super(accepted);
    this.live = live;
    open(session);
  }

  private void open(Handshake.Session opened) throws IOException {
    Runnable onForgery = () -> live.forged(this);
    input =
        new RecordInput(new ImpatientStream(raw.getInputStream()), opened.receiveKey(), onForgery);
    output = new RecordOutput(raw.getOutputStream(), opened.sendKey());
    session = opened;
    live.add(this);
    if (raw.isClosed()) {
      live.remove(this);
    }
  }

  Handshake.@Nullable Session session() {
    return session;
  }

  boolean isStalled(long nowNanos, long limitNanos) {
    RecordOutput out = output;
    return out != null && out.isStalled(nowNanos, limitNanos);
  }

  @Override
  public void connect(SocketAddress endpoint) throws IOException {
    connect(endpoint, Greeting.LIMIT_MILLIS);
  }

  /** Connects and shakes hands; the handshake has its own time limit. */
  @Override
  public void connect(SocketAddress endpoint, int timeoutMillis) throws IOException {
    InetSocketAddress peer = (InetSocketAddress) endpoint;
    live.checkOpen();
    try {
      raw.connect(peer, timeoutMillis);
    } catch (ConnectException e) {
      live.observer().unreachable(peer);
      throw e;
    }
    try {
      shakeHands(peer);
    } catch (HandshakeException e) {
      close();
      live.refused(peer, e);
      throw e;
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private void shakeHands(InetSocketAddress peer) throws IOException {
    Handshake.Session agreed = new Greeting(raw, live, Handshake.Purpose.TALK).exchange();
    live.checkPeer(agreed.peer(), peer);
    open(agreed);
    live.observer().authenticated(peer, agreed.peer(), true);
  }

  @Override
  public InputStream getInputStream() throws IOException {
    RecordInput in = input;
    if (in == null) {
      throw new SocketException("not connected");
    }
    return in;
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    RecordOutput out = output;
    if (out == null) {
      throw new SocketException("not connected");
    }
    return out;
  }

  @Override
  public void close() throws IOException {
    try {
      raw.close();
    } finally {
      live.remove(this);
    }
  }

  @Override
  public void setSoTimeout(int millis) {
    readTimeoutMillis = millis;
  }

  @Override
  public int getSoTimeout() {
    return readTimeoutMillis;
  }

  @Override
  public boolean isConnected() {
    return session != null;
  }

  @Override
  public String toString() {
    Handshake.Session known = session;
    return raw + (known == null ? "" : " with " + known.peer());
  }

  /**
   * Breaks the stream off when nothing arrives for too long, unless the caller set a time limit of
   * his own.
   */
  private final class ImpatientStream extends FilterInputStream {
    ImpatientStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int callersMillis = readTimeoutMillis;
      try {
        raw.setSoTimeout(callersMillis > 0 ? callersMillis : live.patienceMillis());
        return in.read(bytes, offset, length);
      } catch (SocketTimeoutException e) {
        if (callersMillis > 0) {
          throw e;
        }
        throw new SocketException(
            "nothing arrived for "
                + live.patienceMillis()
                + " ms, though the peer lives by talking");
      } catch (SocketException e) {
        throw e;
      } catch (IOException e) {
        // What a closed channel throws; JGroups knows the other form of it.
        throw (IOException) new SocketException("the connection ended: " + e).initCause(e);
      }
    }
  }
}
