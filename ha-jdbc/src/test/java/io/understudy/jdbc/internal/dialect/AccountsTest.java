package io.understudy.jdbc.internal.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether wrong accounts are told on real servers, and what the scripts that we ship make. */
class AccountsTest {
  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @ParameterizedTest
  @EnumSource
  void privilegesAreJudged(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection admin = pair.a().connect(Account.ADMIN)) {
      applicationThatPassesAFenceIsTold(admin, pair.a(), flavor);
      managerMissesEachOfItsPrivileges(admin, pair.a(), flavor);
      scriptsMakeTheAccountsThatAllTestsUse(admin, pair.a(), flavor);
    }
  }

  private static void applicationThatPassesAFenceIsTold(
      Connection admin, DatabaseServer server, Flavor flavor) throws SQLException {
    assertEquals(List.of(), passing(server, Account.APP));
    for (String privilege : forbidden(flavor)) {
      Sql.execute(admin, "GRANT " + privilege + " ON *.* TO app@'%'");
      assertEquals(List.of(privilege), passing(server, Account.APP));
      Sql.execute(admin, "REVOKE " + privilege + " ON *.* FROM app@'%'");
    }
    Sql.execute(admin, "CREATE ROLE deputy");
    Sql.execute(admin, "GRANT " + forbidden(flavor).get(0) + " ON *.* TO deputy");
    Sql.execute(admin, "GRANT deputy TO app@'%'");
    assertEquals(
        List.of(forbidden(flavor).get(0)), passing(server, Account.APP), "by SET ROLE at any time");
    Sql.execute(admin, "DROP ROLE deputy");
    assertEquals(List.of(), passing(server, Account.APP));
    assertTrue(!passing(server, Account.ADMIN).isEmpty());
  }

  private static List<String> passing(DatabaseServer server, Account account) throws SQLException {
    try (Connection connection = server.connect(account)) {
      return Dialect.of(connection).passingFence(connection);
    }
  }

  private static List<String> forbidden(Flavor flavor) {
    return switch (flavor) {
      case MYSQL -> List.of("SUPER", "CONNECTION_ADMIN", "SYSTEM_VARIABLES_ADMIN", "SYSTEM_USER");
      default -> List.of("SUPER", "CONNECTION ADMIN", "READ_ONLY ADMIN");
    };
  }

  private static void managerMissesEachOfItsPrivileges(
      Connection admin, DatabaseServer server, Flavor flavor) throws SQLException {
    assertEquals("", missing(server, "manager"));
    for (String privilege : needed(flavor)) {
      String where = privilege.equals("SELECT") ? "performance_schema.*" : "*.*";
      Sql.execute(admin, "REVOKE " + privilege + " ON " + where + " FROM manager@'%'");
      assertEquals(
          "GRANT " + privilege + " ON " + where + " TO 'manager'@'%'", missing(server, "manager"));
      Sql.execute(admin, "GRANT " + privilege + " ON " + where + " TO manager@'%'");
    }
    assertEquals("", missing(server, "manager"));
  }

  private static String missing(DatabaseServer server, String user) throws SQLException {
    try (Connection connection = login(server, user, user + "-secret")) {
      return Dialect.of(connection).missingGrants(connection);
    }
  }

  private static List<String> needed(Flavor flavor) {
    return switch (flavor) {
      case MYSQL ->
          List.of(
              "SYSTEM_VARIABLES_ADMIN",
              "CONNECTION_ADMIN",
              "REPLICATION_SLAVE_ADMIN",
              "XA_RECOVER_ADMIN",
              "REPLICATION CLIENT",
              "PROCESS",
              "SELECT");
      default ->
          List.of(
              "READ_ONLY ADMIN",
              "CONNECTION ADMIN",
              "REPLICATION SLAVE ADMIN",
              "REPLICATION MASTER ADMIN",
              "SLAVE MONITOR",
              "PROCESS");
    };
  }

  /** So what FailoverTest and the others show, they show of the scripts. */
  private static void scriptsMakeTheAccountsThatAllTestsUse(
      Connection admin, DatabaseServer server, Flavor flavor) throws Exception {
    for (String statement : script(flavor)) {
      // MySQL's pairs have no keys for its other way to log in.
      Sql.execute(
          admin,
          flavor == Flavor.MYSQL
              ? statement.replace("IDENTIFIED BY", "IDENTIFIED WITH mysql_native_password BY")
              : statement);
    }
    try (Connection app = login(server, "shop_app", "change-me");
        Connection manager = login(server, "ha_manager", "change-me-too")) {
      Dialect dialect = Dialect.of(manager);
      assertEquals("", dialect.missingGrants(manager));
      assertEquals(List.of(), dialect.passingFence(app));
      assertEquals(grants(admin, "manager"), grants(admin, "ha_manager"));
      assertEquals(grants(admin, "app"), grants(admin, "shop_app"));
    }
  }

  private static Set<String> grants(Connection admin, String user) throws SQLException {
    Set<String> found = new TreeSet<>();
    for (var row : Sql.rows(admin, "SHOW GRANTS FOR '" + user + "'@'%'")) {
      String line = String.join("", row.values()).replaceAll(" TO .*", "");
      String where = line.replaceAll(".* ON ", "").replace("shop", "appdb");
      Arrays.stream(line.replaceAll(" ON .*", "").replace("GRANT ", "").split(",", -1))
          .forEach(it -> found.add(it.strip() + " ON " + where));
    }
    return found;
  }

  private static List<String> script(Flavor flavor) throws IOException {
    String name = flavor == Flavor.MYSQL ? "accounts-mysql.sql" : "accounts-mariadb.sql";
    try (InputStream in = AccountsTest.class.getResourceAsStream("/io/understudy/jdbc/" + name)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      String statements =
          text.lines().filter(it -> !it.startsWith("--")).collect(Collectors.joining("\n"));
      List<String> all = new ArrayList<>(List.of(statements.split(";\\s*", -1)));
      all.removeIf(String::isBlank);
      return all;
    }
  }

  private static Connection login(DatabaseServer server, String user, String password)
      throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl(), user, password);
  }
}
