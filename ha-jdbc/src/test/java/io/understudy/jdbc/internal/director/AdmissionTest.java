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
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
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
