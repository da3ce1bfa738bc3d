package io.understudy.tomcat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What balancers ask. */
class HealthTomcatTest {
  private final FakeNode node = new FakeNode();
  private final HaValve valve = new HaValve(node);

  @BeforeEach
  void thisMemberLeads() {
    node.with("orders").ledBy("n1", 3);
    node.with("billing").ledBy("n2", 8);
    valve.setRole("orders");
  }

  @Test
  void saysWhatTheMemberKnows() throws Exception {
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      HttpResponse<String> response = server.get("/ha/health");
      assertEquals(200, response.statusCode());
      assertEquals(
          "{\"status\":\"UP\",\"conditions\":[{\"name\":\"quorum\",\"holds\":true},"
              + "{\"name\":\"role:orders\",\"holds\":true}],"
              + "\"member\":\"n1\",\"cluster\":\"shop\",\"quorum\":true,\"inService\":true,"
              + "\"standby\":false,\"roles\":["
              + "{\"role\":\"billing\",\"leading\":false,"
              + "\"leader\":{\"member\":\"n2\",\"epoch\":8}},"
              + "{\"role\":\"orders\",\"leading\":true,"
              + "\"leader\":{\"member\":\"n1\",\"epoch\":3}}]}\n",
          response.body());
      node.with("orders").ledBy("n2", 4);
      response = server.get("/ha/health");
      assertEquals(503, response.statusCode());
      assertTrue(
          response
              .body()
              .startsWith(
                  "{\"status\":\"DOWN\",\"conditions\":[{\"name\":\"quorum\",\"holds\":true},"
                      + "{\"name\":\"role:orders\",\"holds\":false}]"),
          response.body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void answersEveryAskingMethodAlike(Server.Level level) throws Exception {
    try (Server server = Server.start(level, valve)) {
      for (boolean quorum : new boolean[] {true, false}) {
        node.quorum(quorum);
        for (String method : List.of("GET", "HEAD", "OPTIONS")) {
          HttpResponse<String> response = server.ask(method, "/ha/health");
          assertEquals(quorum ? 200 : 503, response.statusCode(), method);
          assertEquals(List.of("no-store"), response.headers().allValues("Cache-Control"));
          assertEquals(method.equals("HEAD"), response.body().isEmpty(), method);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/ha/leader?role=orders, 200",
    "/ha/leader, 200",
    "/ha/leader?x=1&role=billing, 503",
    "/ha/leader?role=unknown, 503",
    "/ha/leader?role=%zz, 400",
  })
  void tellsTheLeaderFromTheOthers(String path, int status) throws Exception {
    node.quorum(false);
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      for (String method : List.of("GET", "HEAD", "OPTIONS")) {
        String answer =
            server.raw(List.of(method + " " + path + " HTTP/1.1", "Host: a", "Connection: close"));
        assertTrue(answer.startsWith("HTTP/1.1 " + status), answer);
        assertTrue(answer.contains("\r\nCache-Control: no-store\r\n"), answer);
      }
    }
  }

  @Test
  void namesTheLeader() throws Exception {
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      assertEquals(
          "{\"role\":\"billing\",\"member\":\"n1\",\"leading\":false,"
              + "\"leader\":{\"member\":\"n2\",\"epoch\":8}}\n",
          server.get("/ha/leader?role=billing").body());
    }
  }

  @Test
  void wantsARoleToBeNamedIfTheValveHasNone() throws Exception {
    valve.setRole("");
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      assertEquals(400, server.get("/ha/leader").statusCode());
      assertEquals(200, server.get("/ha/leader?role=orders").statusCode());
    }
  }

  @Test
  void refusesMethodsThatDoNotAsk() throws Exception {
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      HttpResponse<String> response = server.ask("POST", "/ha/health");
      assertEquals(405, response.statusCode());
      assertEquals("GET, HEAD, OPTIONS", response.headers().firstValue("Allow").orElse(""));
    }
  }

  @Test
  void answersABalancerThatSpeaksHttp10WithoutAHost() throws Exception {
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      String up = server.raw(List.of("OPTIONS /ha/health HTTP/1.0"));
      assertTrue(up.startsWith("HTTP/1.1 200"), up);
      node.quorum(false);
      String down = server.raw(List.of("OPTIONS /ha/health HTTP/1.0"));
      assertTrue(down.startsWith("HTTP/1.1 503"), down);
    }
  }

  @Test
  void answersAtTheEngineWithoutAnApplicationThere() throws Exception {
    valve.setGatedPaths("/ha");
    try (Server server = Server.start("/shop", Server.Level.ENGINE, valve)) {
      assertEquals(200, server.get("/ha/health").statusCode());
      assertEquals(404, server.get("/nothing").statusCode());
      node.quorum(false);
      assertEquals(503, server.get("/ha/health").statusCode());
    }
  }

  @Test
  void servesItsPagesWhereItIsTold() throws Exception {
    valve.setHealthPath("/up");
    valve.setLeaderPath("");
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      assertTrue(server.get("/up").body().startsWith("{\"status\":\"UP\""));
      assertEquals("served", server.get("/ha/health").body());
      assertEquals("served", server.get("/ha/leader").body());
    }
  }
}
