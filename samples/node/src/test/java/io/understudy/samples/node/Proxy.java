package io.understudy.samples.node;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP proxy as a process of its own: what a load balancer in front of a member does. A line on
 * its standard input changes its ways: {@code end} ends all connections in good order and lets new
 * ones through, {@code shut} ends these too, {@code open} lets them through again. Each line is
 * answered with one.
 */
final class Proxy {
  private final InetSocketAddress target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean shut;

  private Proxy(InetSocketAddress target) {
    this.target = target;
  }

  /** Arguments: the port to listen on, the host and the port to connect to. */
  public static void main(String[] args) throws IOException {
    Proxy proxy = new Proxy(new InetSocketAddress(args[1], Integer.parseInt(args[2])));
    try (ServerSocket server = new ServerSocket(Integer.parseInt(args[0]))) {
      daemon(() -> proxy.accept(server));
      System.out.println("ready");
      proxy.obey();
    }
  }

  private void obey() throws IOException {
    for (int next = System.in.read(); next >= 0; next = System.in.read()) {
      if (next == 'e' || next == 's') {
        shut = next == 's';
        open.forEach(Proxy::close);
      } else if (next == 'o') {
        shut = false;
      }
      if (next == '\n') {
        System.out.println("done");
      }
    }
  }

  private void accept(ServerSocket server) {
    while (!server.isClosed()) {
      try {
        Socket in = server.accept();
        if (shut) {
          close(in);
        } else {
          Socket out = new Socket();
          open.add(in);
          open.add(out);
          out.connect(target, 2000);
          daemon(() -> pump(in, out));
          daemon(() -> pump(out, in));
        }
      } catch (IOException e) {
        // The target does not listen, or this side is closed.
      }
    }
  }

  private void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // One of them is closed.
    } finally {
      open.remove(from);
      close(from);
      close(to);
    }
  }

  private static void close(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Closed as far as it can be.
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    thread.start();
  }
}
