package io.understudy.samples.dbpair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each account may and may not do. */
class AccountTest {
  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    Optional<String> reason = DatabasePair.unsupportedReason();
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
  }

  @ParameterizedTest
  @EnumSource
  void managerManagesAndSeesNoData(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection app = pair.a().connect(Account.APP);
        Connection manager = pair.a().connect(Account.MANAGER)) {
      Sql.execute(app, "CREATE TABLE t (id INT PRIMARY KEY)");
      String victim = Sql.text(app, "SELECT CONNECTION_ID()");

      for (String statement : managersStatements(flavor)) {
        Sql.execute(manager, statement);
      }
      Sql.execute(manager, "KILL " + victim);

      assertThrows(SQLException.class, () -> Sql.text(app, "SELECT 1"), "killed");
      assertThrows(SQLException.class, () -> Sql.text(manager, "SELECT COUNT(*) FROM appdb.t"));
      assertThrows(SQLException.class, () -> Sql.execute(manager, "CREATE DATABASE another"));
      pair.awaitReplicated(Duration.ofMinutes(1));
    }
  }

  private static List<String> managersStatements(Flavor flavor) {
    List<String> common =
        List.of(
            "SELECT GET_LOCK('understudy', 0)",
            "SHOW VARIABLES LIKE 'auto_increment%'",
            "SHOW SLAVE STATUS",
            "STOP SLAVE",
            "START SLAVE",
            "SET GLOBAL read_only = ON",
            "SET GLOBAL read_only = OFF",
            "SELECT * FROM information_schema.processlist",
            "SELECT * FROM information_schema.innodb_trx");
    return switch (flavor) {
      case MARIADB -> common;
      case MYSQL ->
          concat(
              common,
              "SET GLOBAL super_read_only = ON",
              "SET GLOBAL read_only = OFF",
              "SHOW REPLICA STATUS",
              "SELECT * FROM performance_schema.replication_connection_status");
    };
  }

  private static List<String> concat(List<String> first, String... second) {
    return Stream.concat(first.stream(), Arrays.stream(second)).toList();
  }

  @ParameterizedTest
  @EnumSource
  void applicationIsHeldBackByReadOnlyAndManagesNothing(Flavor flavor) throws Exception {
    try (DatabasePair pair =
            DatabasePair.builder(flavor).directory(directory).startReadOnly().start();
        Connection app = pair.a().connect(Account.APP)) {
      SQLException refused =
          assertThrows(SQLException.class, () -> Sql.execute(app, "CREATE TABLE t (id INT)"));
      assertEquals(1290, refused.getErrorCode());
      for (String statement : List.of("SET GLOBAL read_only = OFF", "STOP SLAVE")) {
        SQLException denied =
            assertThrows(SQLException.class, () -> Sql.execute(app, statement), statement);
        assertEquals(1227, denied.getErrorCode(), statement);
      }
      assertTrue(Sql.text(app, "SELECT VERSION()").startsWith(flavor.version()));
    }
  }
}
