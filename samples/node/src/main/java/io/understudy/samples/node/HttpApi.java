package io.understudy.samples.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves what one member can be asked over HTTP, without authentication: bind it to loopback. */
final class HttpApi implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);
  private static final int THREADS = 8;
  private static final int NO_BODY = -1;

  static {
    // The JDK's server waits without limit for slow clients, and for acknowledgements, by default.
    System.setProperty("sun.net.httpserver.maxReqTime", "10");
    System.setProperty("sun.net.httpserver.maxRspTime", "10");
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final ExecutorService threads;

  private HttpApi(HttpServer server) {
    this.server = server;
    this.threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "http");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Takes the port; nothing is answered before {@link #serve}. */
  static HttpApi bind(InetSocketAddress address) throws ArgumentException {
    try {
      return new HttpApi(HttpServer.create(address, 0));
    } catch (IOException e) {
      throw new ArgumentException(
          "%s %s:%d cannot be bound (%s); choose a free port of this machine"
              .formatted(Option.HTTP, address.getHostString(), address.getPort(), e.getMessage()));
    }
  }

  /** Where it listens, as host:port. */
  String address() {
    InetSocketAddress address = server.getAddress();
    return address.getHostString() + ":" + address.getPort();
  }

  void serve(List<Endpoint> endpoints) {
    Map<String, Endpoint> byPath = new LinkedHashMap<>();
    endpoints.forEach(endpoint -> byPath.put(endpoint.path(), endpoint));
    server.createContext("/", exchange -> handle(exchange, byPath));
    server.setExecutor(threads);
    server.start();
  }

  private static void handle(HttpExchange exchange, Map<String, Endpoint> endpoints)
      throws IOException {
    try (exchange) {
      Answer answer = answer(exchange, endpoints);
      byte[] body = (Json.write(answer.body()) + "\n").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      if ("HEAD".equals(exchange.getRequestMethod())) {
        exchange.sendResponseHeaders(answer.status(), NO_BODY);
      } else {
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
      }
    }
  }

  private static Answer answer(HttpExchange exchange, Map<String, Endpoint> endpoints) {
    String path = exchange.getRequestURI().getPath();
    try {
      Endpoint endpoint = endpoints.get(path);
      if (endpoint == null) {
        return Answer.of(404, path + " is not here; use one of " + endpoints.keySet());
      }
      if (!endpoint.allows(exchange.getRequestMethod())) {
        exchange.getResponseHeaders().set("Allow", endpoint.method());
        return Answer.of(
            405,
            exchange.getRequestMethod()
                + " "
                + path
                + " is not possible; use "
                + endpoint.method());
      }
      String by = "http from " + exchange.getRemoteAddress().getAddress().getHostAddress();
      return endpoint.handler().answer(Query.parse(exchange.getRequestURI().getRawQuery()), by);
    } catch (Answer.Refusal e) {
      return e.answer();
    } catch (RuntimeException e) {
      LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
      return Answer.of(500, "failed: " + e + "; the log has more");
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
