package io.understudy.ha.internal.jgroups;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A TCP proxy with faults: stands between a member and the one that watches it. */
final class Relay implements AutoCloseable {
  private final InetSocketAddress target;
  private final ServerSocket server;
  private final Queue<Socket> fromClients = new ConcurrentLinkedQueue<>();
  private final Queue<Socket> toTarget = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch refusing = new CountDownLatch(1);
  private volatile boolean passing = true;

  Relay(InetSocketAddress target) throws IOException {
    this.target = target;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.execute(this::serve);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
  }

  /** How many connections it has accepted. */
  int accepted() {
    return fromClients.size();
  }

  private void serve() {
    try {
      while (true) {
        Socket in = server.accept();
        fromClients.add(in);
        if (passing) {
          Socket out = new Socket();
          toTarget.add(out);
          out.connect(target);
          threads.execute(() -> copy(in, out));
          threads.execute(() -> copy(out, in));
        }
      }
    } catch (IOException e) {
      refusing.countDown();
    }
  }

  private void copy(Socket from, Socket to) {
    byte[] buffer = new byte[8192];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (passing) {
          out.write(buffer, 0, n);
        }
      }
      if (passing) {
        to.close();
      }
    } catch (IOException e) {
      // The connection ended.
    }
  }

  /** New connections are refused from here on; running ones go on. */
  void refuse() throws IOException, InterruptedException {
    server.close();
    refusing.await(); // who waits in accept() keeps the socket open
  }

  /** Passes nothing on any more, neither data nor ends; new connections find nobody. */
  void swallow() {
    passing = false;
  }

  /** Ends the clients' connections in good order. */
  void end() throws IOException {
    for (Socket client : fromClients) {
      client.close();
    }
  }

  /** Ends the clients' connections with a reset. */
  void reset() throws IOException {
    for (Socket client : fromClients) {
      client.setSoLinger(true, 0);
      client.close();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    end();
    for (Socket out : toTarget) {
      out.close();
    }
    threads.shutdownNow();
  }
}
