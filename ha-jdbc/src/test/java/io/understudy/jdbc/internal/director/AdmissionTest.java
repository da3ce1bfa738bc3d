package io.understudy.jdbc.internal.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.internal.dialect.Dialect;
import io.understudy.jdbc.internal.dialect.EpochTable;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A director opens a server for one generation, on which one of an older generation holds on. */
@Tag("fault")
class AdmissionTest {
  @TempDir Path directory;

  private final EpochTable epochs = Objects.requireNonNull(EpochTable.of("appdb.ha_epoch", "main"));

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  /** Nobody acknowledges anything: the other server is gone. */
  @ParameterizedTest
  @EnumSource(names = "MARIADB") // the MySQL here has no such plugin
  void aServerThatAsksForAcknowledgementsIsOpenedAtOnceAndAsksAgain(Flavor flavor)
      throws SQLException {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection admin = pair.a().connect(Account.ADMIN);
        Connection connection = pair.a().connect(Account.MANAGER);
        Statement statement = admin.createStatement()) {
      pair.b().kill9();
      statement.execute("SET GLOBAL rpl_semi_sync_master_timeout = 600000");
      statement.execute("SET GLOBAL rpl_semi_sync_master_enabled = ON");
      Set<String> silenced = new TreeSet<>();
      ManagerSession session =
          ManagerSession.begin(
              connection,
              Duration.ofSeconds(10),
              () -> true,
              new ManagerSession.Terms("understudy.db:test", epochs, silenced));
      session.open("db-01", Map.of(), 1);
      assertTrue(session.admits(1));
      assertEquals(Set.of(), silenced);
      try (ResultSet row = statement.executeQuery("SELECT @@global.rpl_semi_sync_master_enabled")) {
        row.next();
        assertTrue(row.getBoolean(1), "the application's commits wait");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoHoldsTheRowOfAnOlderGenerationIsEnded(Flavor flavor) throws SQLException {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection connection = pair.a().connect(Account.MANAGER)) {
      ManagerSession session =
          ManagerSession.begin(
              connection,
              Duration.ofSeconds(10),
              () -> true,
              new ManagerSession.Terms("understudy.db:test", epochs, new TreeSet<>()));
      session.open("db-01", Map.of(), 1);
      assertTrue(session.admits(1));
      assertFalse(session.admits(2));

      Connection frozen = pair.a().connect(Account.APP);
      frozen.setAutoCommit(false);
      assertEquals(OptionalLong.of(1), epochs.shared(frozen));
      session.open("db-01", Map.of(), 2);
      assertTrue(session.admits(2));
      assertEquals(1, session.ended().size(), session.ended()::toString);
      assertThrows(SQLException.class, () -> epochs.shared(frozen));
      assertEquals(Mode.OPEN, Dialect.of(connection).facts(connection).mode());
      frozen.abort(Runnable::run);

      SQLException late =
          assertThrows(SQLException.class, () -> session.open("db-01", Map.of(), 1));
      assertTrue(late.getMessage().contains("generation 2 may write, and 1 is agreed"));
    }
  }
}
