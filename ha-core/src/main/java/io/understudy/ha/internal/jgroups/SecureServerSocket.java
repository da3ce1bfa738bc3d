package io.understudy.ha.internal.jgroups;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server socket from which only authenticated connections come; the {@link Gatekeeper} behind it
 * deals with everybody else.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the channel synchronizes
final class SecureServerSocket extends ServerSocket {
  private static final int BACKLOG = 128;
  private static final int MAX_WAITING = 64;
  private static final int LOOK_MILLIS = 250;

  private final ServerSocketChannel channel;
  private final LiveSockets live;
  private final RateLimitedLog log;
  private final BlockingQueue<SecureSocket> accepted = new ArrayBlockingQueue<>(MAX_WAITING);
  private volatile @Nullable Gatekeeper gatekeeper;
  private volatile boolean closed;

  SecureServerSocket(LiveSockets live, RateLimitedLog log) throws IOException {
    this.channel = ServerSocketChannel.open();
    this.live = live;
    this.log = log;
  }

  @Override
  public void bind(SocketAddress endpoint) throws IOException {
    bind(endpoint, BACKLOG);
  }

  @Override
  public void bind(SocketAddress endpoint, int backlog) throws IOException {
    channel.bind(endpoint, Math.max(backlog, BACKLOG));
    Gatekeeper keeper = new Gatekeeper(channel, live, accepted::offer, log);
    gatekeeper = keeper;
    keeper.start();
  }

  /** Waits for the next authenticated connection. */
  @Override
  public Socket accept() throws IOException {
    try {
      while (!closed) {
        SecureSocket next = accepted.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (next != null) {
          return next;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new SocketException("the server socket is closed");
  }

  @Override
  public void close() throws IOException {
    closed = true;
    Gatekeeper keeper = gatekeeper;
    if (keeper == null) {
      channel.close();
    } else {
      keeper.close();
    }
    for (SecureSocket left = accepted.poll(); left != null; left = accepted.poll()) {
      left.close();
    }
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public boolean isBound() {
    return gatekeeper != null;
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    return channel.socket().getInetAddress();
  }

  @Override
  public int getLocalPort() {
    return channel.socket().getLocalPort();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return channel.socket().getLocalSocketAddress();
  }

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    channel.socket().setReuseAddress(on);
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return channel.socket().getReuseAddress();
  }

  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, size);
    } catch (IOException e) {
      throw new SocketException(e.toString());
    }
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return channel.socket().getReceiveBufferSize();
  }

  @Override
  public String toString() {
    return "SecureServerSocket[" + channel + "]";
  }
}
