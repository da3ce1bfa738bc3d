package io.understudy.tomcat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaEvent;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What passes and what is turned away, on a real Tomcat. */
class GateTomcatTest {
  private final FakeNode node = new FakeNode();
  private final HaValve valve = new HaValve(node);

  @BeforeEach
  void thisMemberLeads() {
    node.with("orders").ledBy("n1", 3);
    valve.setRole("orders");
  }

  @ParameterizedTest
  @EnumSource
  void passesWhileTheMemberLeadsAndRejectsWhenItDoesNot(Server.Level level) throws Exception {
    try (Server server = Server.start(level, valve)) {
      assertServed(server.get("/cart"));
      node.with("orders").ledBy("n2", 4);
      assertRejected(server.get("/cart"), "role orders is led by n2");
      node.with("orders").ledBy("n1", 5);
      assertServed(server.get("/cart"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void rejectsWithoutQuorum(Server.Level level) throws Exception {
    valve.setRole("");
    try (Server server = Server.start(level, valve)) {
      assertServed(server.get("/cart"));
      node.quorum(false);
      assertRejected(server.get("/cart"), "member n1 does not hear a quorum of the roster's votes");
    }
  }

  @Test
  void rejectsTheFirstRequestAfterALeaseThatEndedWithoutAnEvent() throws Exception {
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      assertServed(server.get("/cart"));
      node.with("orders").endLease();
      assertRejected(server.get("/cart"), "role orders is led by n1");
    }
  }

  @Test
  void rejectsWhileAnAddedConditionDoesNotHold() throws Exception {
    AtomicBoolean writer = new AtomicBoolean(true);
    valve.addCondition(Condition.of("writer", writer::get));
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      assertServed(server.get("/cart"));
      writer.set(false);
      assertRejected(server.get("/cart"), "condition writer does not hold");
    }
  }

  @Test
  void rejectsWhileAConditionThrows() throws Exception {
    valve.addCondition(
        Condition.of(
            "writer",
            () -> {
              throw new IllegalStateException("pool is gone");
            }));
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      assertRejected(server.get("/cart"), "condition writer does not hold");
    }
  }

  @Test
  void rejectsUntilTheRoleIsDeclared() throws Exception {
    valve.setRole("billing");
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      assertRejected(server.get("/cart"), "member n1 has not declared role billing");
      node.with("billing").ledBy("n1", 1);
      assertServed(server.get("/cart"));
    }
  }

  @Test
  void namesEveryReasonAndTheLeader() throws Exception {
    node.quorum(false);
    node.with("orders").ledBy("n2", 4);
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      assertEquals(
          "{\"status\":503,\"reason\":\"member n1 does not hear a quorum of the roster's votes; "
              + "role orders is led by n2\",\"member\":\"n1\",\"role\":\"orders\","
              + "\"leader\":{\"member\":\"n2\",\"epoch\":4}}\n",
          server.get("/cart").body());
      node.with("orders").ledByNobody();
      assertTrue(server.get("/cart").body().endsWith("\"leader\":null}\n"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void rejectsEveryMethodAlike(Server.Level level) throws Exception {
    node.quorum(false);
    try (Server server = Server.start(level, valve)) {
      int length = server.get("/cart").body().length();
      for (String method : List.of("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE")) {
        HttpResponse<String> response = server.ask(method, "/cart");
        assertEquals(503, response.statusCode(), method);
        assertEquals(
            length, response.headers().firstValueAsLong("Content-Length").orElse(-1), method);
        assertEquals(method.equals("HEAD") ? 0 : length, response.body().length(), method);
      }
    }
  }

  @Test
  void drawsRetryAfterWithinTheBounds() throws Exception {
    node.quorum(false);
    valve.setRetryAfterMinSeconds(7);
    valve.setRetryAfterMaxSeconds(9);
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      Set<String> drawn = new TreeSet<>();
      for (int i = 0; i < 200; i++) {
        drawn.add(server.get("/cart").headers().firstValue("Retry-After").orElse("none"));
      }
      assertEquals(Set.of("7", "8", "9"), drawn);
    }
  }

  @Test
  void rejectsBeforeTheApplicationSeesTheRequest() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      server.map("/count", (request, response) -> calls.incrementAndGet());
      server.get("/count");
      node.quorum(false);
      server.get("/count");
      assertEquals(1, calls.get());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/orders, 503",
    "/orders/7, 503",
    "/orders;v=1/7, 503",
    "/%6Frders/7, 503",
    "/static/../orders/7, 503",
    "//orders, 503",
    "/orders/images/7, 200",
    "/orders/imagesque, 503",
    "/ordersheet, 200",
    "/static, 200",
    "/, 200",
  })
  void gatesPathsBySegmentsOfTheDecodedPath(String path, int status) throws Exception {
    node.quorum(false);
    valve.setGatedPaths("/orders/, /admin");
    valve.setExcludedPaths("/orders/images");
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      String answer =
          server.raw(List.of("GET " + path + " HTTP/1.1", "Host: a", "Connection: close"));
      assertTrue(answer.startsWith("HTTP/1.1 " + status), answer);
    }
  }

  @Test
  void readsPathsRelativeToTheContextThatItSitsIn() throws Exception {
    node.quorum(false);
    valve.setGatedPaths("/orders");
    try (Server server = Server.start("/shop", Server.Level.CONTEXT, valve)) {
      assertEquals(503, server.get("/shop/orders/7").statusCode());
      assertEquals(200, server.get("/shop/cart").statusCode());
      assertEquals(503, server.get("/shop/ha/health").statusCode());
      assertEquals(404, server.get("/ha/health").statusCode());
    }
  }

  @Test
  void dropsTheConnectionWithARejection() throws Exception {
    node.quorum(false);
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      String answer = server.raw(List.of("GET /cart HTTP/1.1", "Host: a"));
      assertTrue(answer.contains("\r\nConnection: close\r\n"), answer);
    }
  }

  @Test
  void followsAGateOfTheApplication() throws Exception {
    AtomicBoolean open = new AtomicBoolean(true);
    HaValve own =
        new HaValve(
            new Gate() {
              @Override
              public boolean open() {
                return open.get();
              }

              @Override
              public String reason() {
                return "stock is being counted, \"back\" at ten – or so";
              }
            });
    try (Server server = Server.start(Server.Level.ENGINE, own)) {
      assertServed(server.get("/cart"));
      open.set(false);
      assertRejected(
          server.get("/cart"), "stock is being counted, \\\"back\\\" at ten \\u2013 or so");
      assertEquals(503, server.get("/ha/health").statusCode());
      assertEquals(400, server.get("/ha/leader?role=orders").statusCode());
    }
  }

  @Test
  void rendersAheadWhenTheNodeTellsOfAChange() throws Exception {
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      assertTrue(valve.isOpen());
      assertEquals("", valve.getReason());
      node.quorum(false);
      node.tell(new HaEvent.QuorumChanged(Instant.now(), false));
      assertFalse(valve.isOpen());
      assertRejected(server.get("/cart"), valve.getReason());
    }
  }

  @Test
  void stopsListeningAndRejectsWhenStopped() throws Exception {
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      assertEquals(1, node.listeners());
      valve.stop();
      assertEquals(0, node.listeners());
      assertRejected(server.get("/cart"), "the valve is not started");
      valve.start();
      assertServed(server.get("/cart"));
    }
  }

  @Test
  void leavesTheApplicationsErrorsAlone() throws Exception {
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      server.map("/fails", (request, response) -> Servlets.throwServletException("no stock"));
      HttpResponse<String> response = server.get("/fails");
      assertEquals(500, response.statusCode());
      assertTrue(response.body().contains("no stock"), response.body());
    }
  }

  private static void assertServed(HttpResponse<String> response) {
    assertEquals(200, response.statusCode());
    assertEquals("served", response.body());
  }

  private static void assertRejected(HttpResponse<String> response, String reason) {
    assertEquals(503, response.statusCode());
    assertTrue(response.body().contains("\"reason\":\"" + reason + "\""), response.body());
    var headers = response.headers();
    int length = response.body().getBytes(StandardCharsets.UTF_8).length;
    assertEquals(length, headers.firstValueAsLong("Content-Length").orElse(-1));
    assertEquals(List.of("no-store"), headers.allValues("Cache-Control"));
    long seconds = headers.firstValueAsLong("Retry-After").orElse(-1);
    assertTrue(seconds >= 1 && seconds <= 3, "Retry-After " + seconds);
    assertTrue(headers.firstValue("Content-Type").orElse("").startsWith("application/json"));
  }
}
