package io.understudy.ha.internal.runtime;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;

/**
 * Whether a port accepts TCP connections. The name is looked up each time, and each of its
 * addresses is tried while time is left. A lookup that hangs holds up its caller alone.
 */
final class TcpProbe implements Patrol.Work {
  private final InetSocketAddress target;
  private final long limitNanos;

  TcpProbe(InetSocketAddress target, long limitNanos) {
    this.target = target;
    this.limitNanos = limitNanos;
  }

  @Override
  public void run() throws IOException {
    long untilNanos = System.nanoTime() + limitNanos;
    IOException failure = new UnknownHostException(target.getHostString());
    for (InetAddress address : addresses()) {
      long leftMillis = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
      if (leftMillis <= 0) {
        break;
      }
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(address, target.getPort()), (int) leftMillis);
        return;
      } catch (SocketTimeoutException e) {
        failure = new IOException(address + " does not answer within " + leftMillis + " ms", e);
      } catch (IOException e) {
        failure = new IOException(address + ": " + e.getMessage(), e);
      }
    }
    throw failure;
  }

  private InetAddress[] addresses() throws IOException {
    try {
      return InetAddress.getAllByName(target.getHostString());
    } catch (UnknownHostException e) {
      throw new IOException("the name " + target.getHostString() + " does not resolve", e);
    }
  }
}
