package io.understudy.jdbc;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.HaDataSourceStatus.ReadingStatus;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A JVM that has lost the others reads from real masters, and writes nothing. */
class ReadsWithoutQuorumTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    Optional<String> reason = DatabasePair.unsupportedReason();
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
  }

  @ParameterizedTest
  @EnumSource
  void aMemberThatIsAloneReadsAndCannotWrite(Flavor flavor) throws Exception {
    try (Site site =
        Site.open(flavor, directory, it -> it.readsWithoutQuorum(Duration.ofMinutes(10)))) {
      HaDataSource source = site.source(0);
      long kept = Site.order(source, "before");
      site.pair().awaitReplicated(PATIENCE);
      assertEquals(1, count(source), "who may write may read");
      await().atMost(PATIENCE).until(() -> reading(source).refused().isEmpty());

      for (int i = 1; i < Site.MEMBERS; i++) {
        site.source(i).close();
        site.node(i).close();
      }
      await().atMost(PATIENCE).until(() -> !source.status().permitted());
      await().atMost(PATIENCE).until(() -> reading(source).agreedAgo().toMillis() > 500);
      assertThrows(NoWriterException.class, source::getConnection);
      assertReadsOnly(source, "db-01");
      assertSpringReadsByAReadOnlyTransaction(source);

      site.pair().a().kill9();
      await().atMost(PATIENCE).until(() -> reading(source).refused().containsKey("db-01"));
      assertReadsOnly(source, "db-02");
      assertEquals(Set.of(kept), site.orders(site.pair().b()));
    }
  }

  /** The server would take writes of the application's account; this session's it does not. */
  private static void assertReadsOnly(HaDataSource source, String master) throws SQLException {
    try (Connection reader = source.reader().getConnection();
        Statement statement = reader.createStatement()) {
      assertEquals(master, reader.unwrap(HaConnection.class).master());
      assertEquals(1, reading(source).connections().get(master));
      assertThrows(SQLException.class, () -> Site.order(reader, "nobody should do this"));
      SQLException refused =
          assertThrows(
              SQLException.class,
              () -> statement.executeQuery("WITH a AS (SELECT 1) DELETE FROM orders"));
      assertTrue(!(refused instanceof WriterLostException), refused::toString);
    }
    assertEquals(1, count(source));
  }

  /** Spring sets a transaction read-only after it has got a connection, unless that is lazy. */
  private static void assertSpringReadsByAReadOnlyTransaction(HaDataSource source) {
    LazyConnectionDataSourceProxy lazy = new LazyConnectionDataSourceProxy();
    lazy.setTargetDataSource(source);
    lazy.setReadOnlyDataSource(source.reader());
    lazy.setDefaultAutoCommit(true); // else it asks the writer, and there is none
    lazy.setDefaultTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    JdbcTemplate jdbc = new JdbcTemplate(lazy);
    TransactionTemplate reads = new TransactionTemplate(new JdbcTransactionManager(lazy));
    reads.setReadOnly(true);
    String count = "SELECT COUNT(*) FROM orders";
    Integer read = reads.execute(it -> jdbc.queryForObject(count, Integer.class));
    assertEquals(Integer.valueOf(1), read);
    assertThrows(
        DataAccessException.class,
        () -> reads.execute(it -> jdbc.update("INSERT INTO orders (note) VALUES ('no')")));
    TransactionTemplate writes = new TransactionTemplate(new JdbcTransactionManager(lazy));
    DataAccessException refused =
        assertThrows(
            DataAccessException.class,
            () -> writes.execute(it -> jdbc.update("INSERT INTO orders (note) VALUES ('no')")));
    assertTrue(Outcome.mayRepeat(refused), refused::toString);
  }

  private static int count(HaDataSource source) throws SQLException {
    try (Connection reader = source.reader().getConnection();
        Statement statement = reader.createStatement();
        ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM orders")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static ReadingStatus reading(HaDataSource source) {
    return source.status().reading().orElseThrow();
  }
}
