package io.understudy.samples.dbpair;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StubLibraryTest {
  @TempDir Path libraries;

  /** Also where the real libraries are installed: ours come first on the path. */
  @Test
  void loaderBindsEverySymbolOfTheServerToTheStubs() throws Exception {
    Optional<String> reason = DatabasePair.unsupportedReason();
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
    for (String soname : new String[] {"libaio.so.1", "libnuma.so.1"}) {
      Files.write(libraries.resolve(soname), StubLibrary.named(soname).orElseThrow().bytes());
    }
    Product mysql = Flavor.MYSQL.product();
    Path server = CacheDirectory.ofThisUser().entry(mysql.key(), mysql::unpack);
    ProcessBuilder version =
        new ProcessBuilder(mysql.executable(server).toString(), "--no-defaults", "--version")
            .redirectErrorStream(true);
    version.environment().put("LD_LIBRARY_PATH", libraries.toString());
    version.environment().put("LD_BIND_NOW", "1"); // all symbols now, not when they are called

    Process process = version.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);

    assertEquals(0, process.waitFor(), output);
    assertTrue(output.contains(mysql.version()), output);
  }

  @Test
  void unknownLibraryHasNoStub() {
    assertTrue(StubLibrary.named("libc.so.6").isEmpty());
  }
}
