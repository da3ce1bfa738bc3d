package io.understudy.tomcat;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaNode;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The valve on a real node: a cluster of one, which elects itself. */
class NodeTomcatTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"orders", ""})
  void servesOnceElectedAndRejectsTheFirstRequestAfterTheNodeIsClosed(String role)
      throws Exception {
    HaNode node = startNode();
    HaValve valve = new HaValve(node);
    valve.setRole(role);
    try (node;
        Server server = Server.start(Server.Level.ENGINE, valve)) {
      await().atMost(PATIENCE).until(() -> server.get("/cart").statusCode() == 200);
      node.close();
      HttpResponse<String> response = server.get("/cart");
      assertEquals(503, response.statusCode(), response.body());
      assertEquals(503, server.get("/ha/health").statusCode());
    }
  }

  @Test
  void rejectsOnStandbyAndServesUnderTheNextEpoch() throws Exception {
    HaNode node = startNode();
    HaValve valve = new HaValve(node);
    valve.setRole("orders");
    try (node;
        Server server = Server.start(Server.Level.ENGINE, valve)) {
      await().atMost(PATIENCE).until(() -> server.get("/cart").statusCode() == 200);
      assertEquals(200, server.get("/ha/leader?role=orders").statusCode());
      long epoch = epochOf(node);
      node.standby(true);
      await().atMost(PATIENCE).until(() -> server.get("/cart").statusCode() == 503);
      assertEquals(503, server.get("/ha/leader?role=orders").statusCode());
      node.standby(false);
      await().atMost(PATIENCE).until(() -> server.get("/cart").statusCode() == 200);
      assertTrue(epochOf(node) > epoch);
      String answer = server.get("/ha/leader?role=orders").body();
      assertTrue(answer.contains("\"epoch\":" + epochOf(node)), answer);
    }
  }

  private static long epochOf(HaNode node) {
    return node.role("orders").orElseThrow().leadership().orElseThrow().epoch();
  }

  private HaNode startNode() throws IOException {
    String address = "127.0.0.1:" + freePort();
    return HaNode.builder()
        .cluster("valve-test")
        .member("n1")
        .roster("n1")
        .bind(address)
        .peers(address)
        .state(directory)
        .secret(Secret.of("a valve behind a node of its own"))
        .role(RoleSpec.named("orders"))
        .start();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
