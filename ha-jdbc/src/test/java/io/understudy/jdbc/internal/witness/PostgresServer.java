package io.understudy.jdbc.internal.witness;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.tukaani.xz.XZInputStream;

/**
 * A real PostgreSQL server from a Maven artifact. It never runs as root: then it runs as nobody.
 */
final class PostgresServer implements AutoCloseable {
  static final String USER = "postgres";
  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String NOBODY = "65534";

  private final Path home;
  private final int port;
  private final boolean asNobody;
  private Process process;

  private PostgresServer(Path home, int port, boolean asNobody) {
    this.home = home;
    this.port = port;
    this.asNobody = asNobody;
  }

  static Optional<String> unsupportedReason() {
    String machine = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    return machine.toLowerCase(Locale.ROOT).matches("linux (amd64|x86_64)")
        ? Optional.empty()
        : Optional.of("the PostgreSQL artifact is for Linux on x86_64, not for " + machine);
  }

  static PostgresServer start() throws IOException {
    Path home = Files.createTempDirectory("understudy-postgres");
    boolean root = "root".equals(System.getProperty("user.name"));
    PostgresServer server = new PostgresServer(home, freePort(), root);
    try {
      server.unpack();
      server.run(
          List.of(
              server.program("initdb"),
              "-D",
              home.resolve("data").toString(),
              "-U",
              USER,
              "-A",
              "trust",
              "--no-sync",
              "--locale=C"));
      server.launch();
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private void unpack() throws IOException {
    Path tar = home.resolve("postgres.tar");
    try (InputStream packed = PostgresServer.class.getResourceAsStream(ARCHIVE);
        InputStream plain = new XZInputStream(packed)) {
      Files.copy(plain, tar, StandardCopyOption.REPLACE_EXISTING);
    }
    execute(List.of("tar", "-xf", tar.toString(), "-C", home.toString()));
    Files.delete(tar);
    if (asNobody) {
      execute(List.of("chown", "-R", NOBODY + ":" + NOBODY, home.toString()));
    }
  }

  private void launch() throws IOException {
    process =
        new ProcessBuilder(
                command(
                    List.of(
                        program("postgres"),
                        "-D",
                        home.resolve("data").toString(),
                        "-p",
                        Integer.toString(port),
                        "-h",
                        "127.0.0.1",
                        "-k",
                        "")))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()))
            .start();
    Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(this::answers);
  }

  private boolean answers() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url(), USER, "")) {
      return connection.isValid(2);
    }
  }

  private String program(String name) {
    return home.resolve("bin").resolve(name).toString();
  }

  private void run(List<String> command) throws IOException {
    execute(command(command));
  }

  private List<String> command(List<String> plain) {
    List<String> command = new ArrayList<>();
    if (asNobody) {
      command.addAll(
          List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"));
    }
    command.addAll(plain);
    return command;
  }

  private void execute(List<String> command) throws IOException {
    Process child =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .directory(home.toFile())
            .start();
    try {
      if (!child.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || child.exitValue() != 0) {
        child.destroyForcibly();
        throw new IOException(command + " failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  void signal(String name) throws IOException {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    for (ProcessHandle each : all) {
      if (each.isAlive()) {
        execute(List.of("kill", "-" + name, Long.toString(each.pid())));
      }
    }
  }

  /** Kills the server and its backends. */
  void kill9() {
    if (process != null) {
      List<ProcessHandle> backends = process.descendants().toList();
      process.destroyForcibly();
      backends.forEach(ProcessHandle::destroyForcibly);
      process.onExit().join();
      backends.forEach(backend -> backend.onExit().join());
    }
  }

  void restart() throws IOException {
    Files.deleteIfExists(home.resolve("data").resolve("postmaster.pid"));
    launch();
  }

  @Override
  public void close() {
    kill9();
    try {
      execute(List.of("rm", "-rf", home.resolve("data").toString()));
      new ProcessBuilder("rm", "-rf", home.toString()).start().waitFor();
    } catch (IOException e) {
      System.err.println("left behind: " + home + ", " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
