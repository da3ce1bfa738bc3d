package io.understudy.ha.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.understudy.ha.spi.FenceHook.Scope;
import io.understudy.ha.spi.FenceResult.Outcome;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A management controller that obeys, refuses, lies, redirects, dawdles and never ends. */
class HttpFenceHookTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final FenceRequest REQUEST =
      new FenceRequest("shop", "jobs", "n2", "ab12", "n1", 7, "n2 is silent");

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch release = new CountDownLatch(1);
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final AtomicInteger looks = new AtomicInteger();
  private HttpServer server;
  private String base;
  private volatile int status = 200;
  private volatile String reply = "";
  private volatile int onForLooks;

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    base = "http://127.0.0.1:" + server.getAddress().getPort();
    server.createContext("/power/", exchange -> answer(exchange, status, reply));
    server.createContext(
        "/state/",
        exchange ->
            answer(
                exchange, 200, looks.incrementAndGet() > onForLooks ? "power: Off" : "power: On"));
    server.createContext("/hang/", this::hang);
    server.createContext("/flood/", this::flood);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void close() {
    release.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange, int code, String text) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    asked.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + " "
            + exchange.getRequestHeaders().getFirst("Authorization")
            + " "
            + body);
    if (code / 100 == 3) {
      exchange.getResponseHeaders().set("Location", base + "/state/x");
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(code, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  /** The headers come, the body does not. */
  private void hang(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().write('.');
    exchange.getResponseBody().flush();
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exchange.close();
  }

  private void flood(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    byte[] bytes = "power: On ".repeat(1000).getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = exchange.getResponseBody()) {
      while (release.getCount() > 0) {
        out.write(bytes);
      }
    }
  }

  private HttpFenceHookBuilder post(String path) {
    return HttpFenceHook.post(base + path)
        .header("Authorization", "Bearer hunter2")
        .confirms(Scope.PROCESS);
  }

  private static FenceResult fence(HttpFenceHookBuilder hook) throws InterruptedException {
    return hook.build().fence(REQUEST, LIMIT);
  }

  @Test
  void asksWithTheTargetsValues() throws InterruptedException {
    FenceResult result =
        fence(
            post("/power/{target}/{plug}?epoch={epoch}")
                .valueFor("n2", "plug", "a b/7")
                .valueFor("n1", "plug", "8")
                .body("application/json", "{\"off\":\"{plug}\",\"by\":\"{requester}\",{no}}"));

    assertEquals(
        List.of(
            "POST /power/n2/a%20b%2F7?epoch=7 Bearer hunter2"
                + " {\"off\":\"a b/7\",\"by\":\"n1\",{no}}"),
        asked);
    assertEquals(
        FenceResult.confirmed("POST " + base + "/power/n2/a%20b%2F7 answered 200"), result);
  }

  @ParameterizedTest
  @CsvSource({
    "200, CONFIRMED",
    "202, CONFIRMED",
    "302, UNKNOWN",
    "401, FAILED",
    "404, FAILED",
    "409, FAILED",
    "500, UNKNOWN",
    "504, UNKNOWN"
  })
  void theStatusDecides(int code, Outcome outcome) throws InterruptedException {
    status = code;

    assertEquals(outcome, fence(post("/power/n2")).outcome());
    assertEquals(1, asked.size(), "and no redirect is followed");
  }

  @Test
  void onlyTheStatusesThatAreExpectedCount() throws InterruptedException {
    assertEquals(Outcome.UNKNOWN, fence(post("/power/n2").expecting(204)).outcome());
    status = 204;
    assertEquals(Outcome.CONFIRMED, fence(post("/power/n2").expecting(204)).outcome());
  }

  @Test
  void confirmsNothingUnlessThatIsConfigured() throws InterruptedException {
    HttpFenceHookBuilder silent = HttpFenceHook.put(base + "/power/n2");

    assertEquals(Outcome.UNKNOWN, fence(silent).outcome());
    assertEquals(Scope.RESOURCE, silent.build().scope());
    assertEquals(Scope.PROCESS, post("/power/n2").build().scope());
    assertTrue(asked.get(0).startsWith("PUT "), asked::toString);
  }

  @Test
  void asksUntilTheTargetIsOff() throws InterruptedException {
    onForLooks = 2;

    FenceResult result =
        fence(post("/power/n2").verifiedBy(base + "/state/{target}", "power: *Off"));

    assertEquals(Outcome.CONFIRMED, result.outcome());
    assertEquals(3, looks.get());
    assertTrue(asked.get(1).startsWith("GET /state/n2 Bearer"), asked::toString);
  }

  /** Controllers refuse to switch off what is off. */
  @Test
  void aTargetThatIsOffAlreadyIsConfirmedByItsState() throws InterruptedException {
    status = 409;

    assertEquals(
        Outcome.CONFIRMED,
        fence(post("/power/n2").verifiedBy(base + "/state/n2", "power: Off")).outcome());
  }

  @Test
  void obeyedButStillOnIsUnknown() throws InterruptedException {
    onForLooks = Integer.MAX_VALUE;
    HttpFenceHook hook = post("/power/n2").verifiedBy(base + "/state/n2", "power: Off").build();

    FenceResult result = hook.fence(REQUEST, Duration.ofSeconds(1));

    assertEquals(Outcome.UNKNOWN, result.outcome());
    assertTrue(result.detail().endsWith("answered 200, power: On"), result::detail);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/hang/x"})
  void aBodyThatDoesNotEndIsCutOffAtTheLimit(String path) throws InterruptedException {
    long before = System.nanoTime();

    FenceResult result = post(path).build().fence(REQUEST, Duration.ofMillis(700));

    assertEquals(Outcome.UNKNOWN, result.outcome());
    assertTrue(result.detail().contains("no answer within"), result::detail);
    assertTrue(System.nanoTime() - before < Duration.ofSeconds(10).toNanos());
  }

  @Test
  void ofAnEndlessBodyOnlyTheBeginningIsRead() throws InterruptedException {
    HttpFenceHook hook = post("/power/n2").verifiedBy(base + "/flood/n2", "power: Off").build();

    FenceResult result = hook.fence(REQUEST, Duration.ofSeconds(2));

    assertEquals(Outcome.UNKNOWN, result.outcome());
    assertTrue(result.detail().contains("answered 200, power: On"), result::detail);
    assertTrue(result.detail().length() <= FenceResult.MAX_DETAIL);
  }

  @Test
  void nobodyThereIsAFailure() throws InterruptedException {
    server.stop(0);

    FenceResult result = fence(post("/power/n2"));

    assertEquals(Outcome.FAILED, result.outcome());
    assertTrue(result.detail().contains("no connection"), result::detail);
  }

  @Test
  void anInterruptEndsIt() throws InterruptedException {
    HttpFenceHook hook = post("/hang/x").build();
    Thread caller =
        new Thread(
            () -> assertThrows(InterruptedException.class, () -> hook.fence(REQUEST, LIMIT)));
    caller.start();

    caller.interrupt();

    caller.join(LIMIT.toMillis() / 2);
    assertFalse(caller.isAlive());
  }

  @Test
  void tellsNoSecretThatTheOtherSideRepeats() throws InterruptedException {
    status = 403;
    reply = "token hunter2 of sesame is not welcome";

    FenceResult result = fence(post("/power/n2?key={password}").value("password", "sesame"));

    assertEquals(
        FenceResult.failed(
            "POST " + base + "/power/n2 answered 403, token *** of *** is not welcome"),
        result);
    assertFalse(post("/power/n2").build().toString().contains("hunter2"));
  }

  @Test
  void aTargetWithoutAValueIsNotFenced() throws InterruptedException {
    FenceResult result = fence(post("/power/{plug}").valueFor("n1", "plug", "8"));

    assertEquals(Outcome.FAILED, result.outcome());
    assertTrue(result.detail().contains("n2 has no value for [plug]"), result::detail);
    assertEquals(List.of(), asked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://10.0.0.1/off",
        "ftp://10.0.0.1/off",
        "off",
        "https://ha:secret@10.0.0.1/off",
        "https:///off",
        "http://{bmc}/off"
      })
  void refusesUrlsThatGiveSecretsAway(String url) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> HttpFenceHook.post(url).build());

    assertFalse(String.valueOf(refused.getMessage()).contains("secret"), refused::getMessage);
    assertThrows(
        IllegalArgumentException.class,
        () -> HttpFenceHook.post(base).verifiedBy(url, "Off").build());
  }

  @Test
  void plainHttpIsForTrustedNetworks() {
    assertEquals(
        "{bmc}:8080", HttpFenceHook.post("http://{bmc}:8080/off").withoutTls().build().name());
    assertEquals("bmc", HttpFenceHook.post("https://10.0.0.1/off").named("bmc").build().name());
    assertThrows(
        IllegalArgumentException.class, () -> HttpFenceHook.post(base).header("Host", "x"));
  }
}
