package io.understudy.ha.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.understudy.ha.spi.FenceHook.Scope;
import io.understudy.ha.spi.FenceResult.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A management controller behind TLS: nothing is asked of one that cannot prove who it is. */
class HttpsFenceHookTest {
  private static final String PASSWORD = "changeit";
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final FenceRequest REQUEST =
      new FenceRequest("shop", "jobs", "n2", "ab12", "n1", 7, "n2 is silent");

  @TempDir private Path directory;
  private final AtomicInteger asked = new AtomicInteger();
  private HttpsServer server;

  @AfterEach
  void close() {
    server.stop(0);
  }

  private SSLContext listen(String alternativeName) throws Exception {
    SSLContext tls = withCertificateFor(alternativeName);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          try (exchange) {
            exchange.sendResponseHeaders(204, -1);
          }
        });
    server.start();
    return tls;
  }

  /** Serves and trusts one certificate that it signed itself, as most controllers do. */
  private SSLContext withCertificateFor(String alternativeName) throws Exception {
    Path store = directory.resolve("bmc.p12");
    Process keytool =
        new ProcessBuilder(
                (Path.of(System.getProperty("java.home"), "bin", "keytool")
                        + " -genkeypair -alias bmc -keyalg EC -dname CN=bmc -storetype PKCS12"
                        + " -storepass changeit -ext san="
                        + alternativeName
                        + " -keystore "
                        + store)
                    .split(" "))
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(keytool.waitFor(60, TimeUnit.SECONDS), "keytool has not ended");
    assertEquals(0, keytool.exitValue(), said);
    return context(store);
  }

  private static SSLContext context(Path store) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD.toCharArray());
    KeyStore certificates = KeyStore.getInstance("PKCS12");
    certificates.load(null, null);
    certificates.setCertificateEntry("bmc", keys.getCertificate("bmc"));
    TrustManagerFactory trusted =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(certificates);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }

  private HttpFenceHookBuilder post() {
    return HttpFenceHook.post("https://127.0.0.1:" + server.getAddress().getPort() + "/off")
        .expecting(204)
        .confirms(Scope.PROCESS);
  }

  @Test
  void asksWhoProvesItselfByATrustedCertificate() throws Exception {
    SSLContext tls = listen("ip:127.0.0.1");

    FenceResult result = post().tls(tls).build().fence(REQUEST, LIMIT);

    assertEquals(Outcome.CONFIRMED, result.outcome(), result::detail);
  }

  @Test
  void confirmsNothingForACertificateThatIsNotTrusted() throws Exception {
    SSLContext unused = listen("ip:127.0.0.1");

    FenceResult result = post().build().fence(REQUEST, LIMIT);

    assertEquals(Outcome.UNKNOWN, result.outcome(), result::detail);
    assertTrue(result.detail().contains("PKIX"), result::detail);
    assertEquals(0, asked.get());
  }

  @Test
  void confirmsNothingForACertificateOfAnotherName() throws Exception {
    SSLContext tls = listen("dns:bmc.example");

    FenceResult result = post().tls(tls).build().fence(REQUEST, LIMIT);

    assertEquals(Outcome.UNKNOWN, result.outcome(), result::detail);
    assertEquals(0, asked.get());
  }
}
