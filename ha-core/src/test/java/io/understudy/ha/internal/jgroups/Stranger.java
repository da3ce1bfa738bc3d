package io.understudy.ha.internal.jgroups;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Ways to treat a port that only members should use. */
final class Stranger {
  /** JGroups' public cookie, and the version of the JGroups that is used here. */
  static final byte[] JGROUPS_START = jgroupsStart();

  private Stranger() {}

  private static byte[] jgroupsStart() {
    short version = org.jgroups.Version.version;
    return new byte[] {'b', 'e', 'l', 'a', (byte) (version >>> 8), (byte) version};
  }

  /** Sends everything; true if the other side closed before it took all of it. */
  static boolean pour(InetSocketAddress to, byte[] bytes) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(to, 5000);
      OutputStream out = socket.getOutputStream();
      for (int at = 0; at < bytes.length; at += 8192) {
        out.write(bytes, at, Math.min(8192, bytes.length - at));
      }
      return false;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  /** Waits until the other side closes, and says how many bytes it sent before. */
  static int readUntilClosed(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    try {
      return socket.getInputStream().readAllBytes().length;
    } catch (java.net.SocketException e) {
      return 0;
    }
  }

  /** Passes connections on and keeps what the side that connects says on each of them. */
  static final class Recorder implements AutoCloseable {
    private final Queue<ByteArrayOutputStream> recordings = new ConcurrentLinkedQueue<>();
    private final ServerSocket server;
    private final InetSocketAddress target;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    Recorder(int port, InetSocketAddress target) throws IOException {
      this.server = new ServerSocket(port, 50, target.getAddress());
      this.target = target;
      threads.execute(this::serve);
    }

    byte[] longest() {
      byte[] longest = new byte[0];
      for (ByteArrayOutputStream recording : recordings) {
        byte[] bytes = recording.toByteArray();
        longest = bytes.length > longest.length ? bytes : longest;
      }
      return longest;
    }

    private void serve() {
      try {
        while (true) {
          Socket in = server.accept();
          Socket out = new Socket();
          out.connect(target);
          ByteArrayOutputStream recording = new ByteArrayOutputStream();
          recordings.add(recording);
          copy(threads, in, out, recording);
          copy(threads, out, in, OutputStream.nullOutputStream());
        }
      } catch (IOException e) {
        // Closed.
      }
    }

    private static void copy(Executor threads, Socket from, Socket to, OutputStream also) {
      threads.execute(
          () -> {
            try (from;
                to) {
              byte[] buffer = new byte[8192];
              InputStream in = from.getInputStream();
              for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                also.write(buffer, 0, n);
                to.getOutputStream().write(buffer, 0, n);
              }
            } catch (IOException e) {
              // The connection ended.
            }
          });
    }

    @Override
    public void close() throws IOException {
      server.close();
      threads.shutdownNow();
    }
  }

  /** A member in name only: it shakes hands with whoever connects, and then never reads again. */
  static final class Deaf implements AutoCloseable {
    private final ServerSocket server;
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
    private final TransportConfig config;

    Deaf(TransportConfig config) throws IOException {
      this.config = config;
      this.server = new ServerSocket();
      server.setReceiveBufferSize(4096);
      server.bind(config.bind());
      Thread thread = new Thread(this::serve, "deaf");
      thread.setDaemon(true);
      thread.start();
    }

    int connections() {
      return open.size();
    }

    private void serve() {
      ClusterKeys keys = ClusterKeys.of(config.secret(), config.cluster());
      while (!server.isClosed()) {
        try {
          Socket socket = server.accept();
          DataInputStream in = new DataInputStream(socket.getInputStream());
          byte[] hello = new byte[Handshake.HELLO_BYTES];
          in.readFully(hello);
          ServerHandshake handshake = new ServerHandshake(keys, config.self());
          socket.getOutputStream().write(handshake.answer(hello));
          open.add(socket);
        } catch (IOException e) {
          // A connection that did not come about, or the end.
        }
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    }
  }
}
