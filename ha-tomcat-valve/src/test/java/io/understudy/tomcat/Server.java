package io.understudy.tomcat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Pipeline;
import org.apache.catalina.Valve;
import org.apache.catalina.startup.Tomcat;

/** A real Tomcat of whatever line is on the class path, on a free port of the loopback address. */
final class Server implements AutoCloseable {
  /** Where a valve is put. */
  enum Level {
    ENGINE,
    HOST,
    CONTEXT
  }

  /** Held, because a logger that nobody holds forgets its level. */
  private static final Logger TOMCAT_LOG = Logger.getLogger("org.apache");

  static {
    TOMCAT_LOG.setLevel(java.util.logging.Level.WARNING);
  }

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final Tomcat tomcat = new Tomcat();
  private final Path base;
  private final HttpClient client =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
  private final Context context;

  private Server(String contextPath) throws IOException {
    base = Files.createTempDirectory("valve-test");
    tomcat.setBaseDir(base.toString());
    tomcat.setPort(0);
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    context = tomcat.addContext(contextPath, null);
  }

  /** Starts a server with one valve and an application in the root context. */
  static Server start(Level level, Valve valve) throws IOException, LifecycleException {
    return start("", level, valve);
  }

  /** Starts a server with one valve and an application that knows the paths of {@link #map}. */
  static Server start(String contextPath, Level level, Valve valve)
      throws IOException, LifecycleException {
    Server server = new Server(contextPath);
    try {
      server.pipeline(level).addValve(valve);
      server.map("/*", (request, response) -> Servlets.write(response, "served"));
      server.tomcat.start();
      return server;
    } catch (LifecycleException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  Pipeline pipeline(Level level) {
    return switch (level) {
      case ENGINE -> tomcat.getEngine().getPipeline();
      case HOST -> tomcat.getHost().getPipeline();
      case CONTEXT -> context.getPipeline();
    };
  }

  /** Adds a servlet, given as the body of its service method. */
  void map(String pattern, BiConsumer<Object, Object> service) {
    Servlets.add(context, pattern, service);
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return ask("GET", path);
  }

  HttpResponse<String> ask(String method, String path) throws IOException, InterruptedException {
    return client.send(request(method, path), HttpResponse.BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<String>> getLater(String path) {
    return client.sendAsync(request("GET", path), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest request(String method, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
        .method(method, HttpRequest.BodyPublishers.noBody())
        .timeout(TIMEOUT)
        .build();
  }

  /** Sends lines that no well-behaved client sends, and returns all that comes back. */
  String raw(List<String> lines) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.setSoTimeout((int) TIMEOUT.toMillis());
      String text = String.join("\r\n", lines) + "\r\n\r\n";
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  private int port() {
    return tomcat.getConnector().getLocalPort();
  }

  @Override
  public void close() throws IOException {
    try {
      tomcat.stop();
      tomcat.destroy();
    } catch (LifecycleException e) {
      throw new IllegalStateException("Tomcat does not stop", e);
    } finally {
      deleteBase();
    }
  }

  private void deleteBase() throws IOException {
    try (Stream<Path> files = Files.walk(base)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
