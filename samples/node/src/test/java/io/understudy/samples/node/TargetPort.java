package io.understudy.samples.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A TCP port on loopback that accepts, refuses or keeps silent, as a test wants it. */
final class TargetPort implements AutoCloseable {
  private static final int SHORTEST_BACKLOG = 1;
  private static final int SILENT_MILLIS = 200;
  private static final int MOST_WAITING = 64;

  private final InetSocketAddress address =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), Ports.free(1).get(0));
  private final List<Socket> waiting = new ArrayList<>();
  private ServerSocket socket = bind();
  private Thread acceptor = new Thread();

  /** It accepts. */
  TargetPort() {
    accept();
  }

  private ServerSocket bind() {
    try {
      return new ServerSocket(address.getPort(), SHORTEST_BACKLOG, address.getAddress());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + address, e);
    }
  }

  private void accept() {
    ServerSocket own = socket;
    acceptor = new Thread(() -> acceptAll(own), "target-" + address.getPort());
    acceptor.setDaemon(true);
    acceptor.start();
  }

  private static void acceptAll(ServerSocket listening) {
    try {
      while (true) {
        listening.accept().close();
      }
    } catch (IOException closed) {
      // the test wants it otherwise now
    }
  }

  /** It accepts again, those first that wait. */
  void open() {
    if (socket.isClosed()) {
      socket = bind();
    }
    accept();
  }

  /** Nobody listens: the kernel refuses. */
  void refuse() {
    close();
  }

  /** Somebody listens and accepts nothing: once its queue is full, the kernel answers nothing. */
  void keepSilent() {
    close();
    socket = bind();
    for (int i = 0; i < MOST_WAITING; i++) {
      Socket one = new Socket();
      waiting.add(one);
      try {
        one.connect(address, SILENT_MILLIS);
      } catch (SocketTimeoutException full) {
        return;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw new IllegalStateException(
        MOST_WAITING + " connections wait at " + address + ", and there is room for more");
  }

  /** The option of a member that has to reach it. */
  String option() {
    return "tcp:127.0.0.1:" + address.getPort();
  }

  @Override
  public void close() {
    try {
      for (Socket one : waiting) {
        one.close();
      }
      waiting.clear();
      socket.close();
      acceptor.join(); // until then it holds the port
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
