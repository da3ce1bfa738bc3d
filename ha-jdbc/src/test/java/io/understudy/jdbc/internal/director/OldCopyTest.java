package io.understudy.jdbc.internal.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.internal.routing.Action.CatchUp;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A server whose data directory was restored from an older copy has forgotten transactions of its
 * own. Nobody sends them back to it, and it would give their ids away again.
 */
@Tag("fault")
class OldCopyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @ParameterizedTest
  @EnumSource
  void isNeverOpened(Flavor flavor) throws Exception {
    try (DatabasePair pair =
        DatabasePair.builder(flavor).directory(directory.resolve("pair")).start()) {
      write(pair.b(), "CREATE TABLE item (id INT PRIMARY KEY)");
      restartFromOldCopy(pair, () -> write(pair.b(), "INSERT INTO item VALUES (2)"));
      try (Connection a = pair.a().connect(Account.MANAGER);
          Connection b = pair.b().connect(Account.MANAGER)) {
        String position = session(a).probe("db-01", Map.of()).facts().position();
        ManagerSession restored = session(b);
        restored.fence();

        Healthy seen = restored.probe("db-02", Map.of("db-01", position));
        assertEquals(1, seen.lacking().get("db-01"), seen::toString);
        assertTrue(seen.findings().unfit().contains("Copy it anew from db-01"), seen::toString);
        assertThrows(
            SQLException.class,
            () ->
                restored.catchUp(
                    new CatchUp("db-02", List.of(position), false, true), Duration.ofSeconds(1)));
        assertThrows(
            SQLException.class, () -> restored.open("db-02", Map.of("db-01", position), 1));
        assertThrows(SQLException.class, () -> write(pair.b(), "INSERT INTO item VALUES (4)"));
      }
    }
  }

  private static ManagerSession session(Connection connection) throws SQLException {
    return ManagerSession.begin(
        connection,
        Duration.ofSeconds(5),
        () -> true,
        new ManagerSession.Terms("understudy.db:test", null, new TreeSet<>()));
  }

  /** What the server does after it was copied. */
  @FunctionalInterface
  private interface Later {
    void run() throws SQLException;
  }

  private void restartFromOldCopy(DatabasePair pair, Later later) throws Exception {
    DatabaseServer server = pair.b();
    Path data = server.errorLog().resolveSibling("data");
    Path copy = directory.resolve("copy");
    pair.awaitReplicated(PATIENCE);
    server.kill9();
    copyTree(data, copy);
    server.restart();
    later.run();
    pair.awaitReplicated(PATIENCE);
    server.kill9();
    deleteTree(data);
    copyTree(copy, data);
    server.restart();
  }

  private static void write(DatabaseServer server, String sql) throws SQLException {
    try (Connection app = server.connect(Account.APP);
        Statement statement = app.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        if (Files.isDirectory(file) || Files.isRegularFile(file)) { // and no socket
          Files.copy(file, to.resolve(from.relativize(file).toString()));
        }
      }
    }
  }

  private static void deleteTree(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
