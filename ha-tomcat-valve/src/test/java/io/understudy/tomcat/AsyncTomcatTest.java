package io.understudy.tomcat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Asynchronous requests, whose second dispatch crosses the valve once more. */
class AsyncTomcatTest {
  private final FakeNode node = new FakeNode();
  private final HaValve valve = new HaValve(node);
  private final BlockingQueue<Object> started = new LinkedBlockingQueue<>();

  @ParameterizedTest
  @EnumSource
  void finishesAnAsynchronousRequestThatWasLetIn(Server.Level level) throws Exception {
    try (Server server = Server.start(level, valve)) {
      server.map("/slow", this::serveInTwoSteps);
      CompletableFuture<HttpResponse<String>> inFlight = server.getLater("/slow");
      Object asyncContext = started.poll(20, TimeUnit.SECONDS);

      node.quorum(false);
      assertEquals(503, server.get("/slow").statusCode());
      Servlets.call(asyncContext, "dispatch");

      HttpResponse<String> response = inFlight.get(20, TimeUnit.SECONDS);
      assertEquals(200, response.statusCode());
      assertEquals("done", response.body());
      assertTrue(started.isEmpty());
    }
  }

  @ParameterizedTest
  @EnumSource
  void finishesAnAsynchronousRequestThatCompletesWithoutADispatch(Server.Level level)
      throws Exception {
    try (Server server = Server.start(level, valve)) {
      server.map("/slow", this::serveInTwoSteps);
      CompletableFuture<HttpResponse<String>> inFlight = server.getLater("/slow");
      Object asyncContext = started.poll(20, TimeUnit.SECONDS);

      node.quorum(false);
      Servlets.write(Servlets.call(asyncContext, "getResponse"), "completed");
      Servlets.call(asyncContext, "complete");

      HttpResponse<String> response = inFlight.get(20, TimeUnit.SECONDS);
      assertEquals(200, response.statusCode());
      assertEquals("completed", response.body());
    }
  }

  private void serveInTwoSteps(Object request, Object response) {
    if (Servlets.call(request, "getDispatcherType").toString().equals("ASYNC")) {
      Servlets.write(response, "done");
    } else {
      started.add(Servlets.call(request, "startAsync"));
    }
  }
}
