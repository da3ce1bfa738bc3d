package io.understudy.jdbc.internal.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.Outcome;
import io.understudy.jdbc.Phase;
import io.understudy.samples.dbpair.Flavor;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What Spring makes of the exceptions, and what its retry does then; on a real server, whose
 * product does not matter.
 */
@ExtendWith(SharedPairs.class)
class SpringTest {
  private final GuardedSite site = new GuardedSite(Flavor.MARIADB, "").started();
  private final DataSource source = new Lent();
  private final JdbcTemplate jdbc = new JdbcTemplate(source);

  /** The lending as a DataSource. */
  private final class Lent extends AbstractDataSource {
    @Override
    public Connection getConnection() throws SQLException {
      return site.lending.borrow();
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
      return getConnection();
    }
  }

  @BeforeEach
  void begin() throws SQLException {
    GuardedSite.admin(site.pair.a(), "CREATE TABLE appdb.spring (id INT PRIMARY KEY)");
  }

  @AfterEach
  void end() throws SQLException {
    site.close();
    GuardedSite.admin(site.pair.a(), "DROP TABLE appdb.spring");
  }

  @Test
  void aRefusedStatementIsTransient() throws SQLException {
    GuardedSite.admin(site.pair.a(), "SET GLOBAL read_only = ON");
    DataAccessException refusal =
        assertThrows(TransientDataAccessResourceException.class, this::insert);
    assertEquals(Outcome.NOT_EXECUTED, Outcome.of(refusal).orElseThrow());
  }

  @Test
  void aTransactionThatWasRolledBackIsTransient() {
    DataAccessException lost =
        assertThrows(
            TransientDataAccessResourceException.class,
            () ->
                inTransaction(
                    new JdbcTransactionManager(source), () -> site.register.permit(Duration.ZERO)));
    assertEquals(Outcome.ROLLED_BACK, Outcome.of(lost).orElseThrow());
    assertTrue(Outcome.mayRepeat(lost));
  }

  @Test
  void anUnknownCommitIsNotTransient() {
    site.afterCommit.set(this::withdraw);
    DataAccessException unknown =
        assertThrows(
            DataAccessResourceFailureException.class,
            () -> inTransaction(new JdbcTransactionManager(source), () -> {}));
    assertEquals(Outcome.UNKNOWN, Outcome.of(unknown).orElseThrow());
    assertFalse(TransientDataAccessException.class.isInstance(unknown));
  }

  /** The manager without translation gives no hint by type, but the cause does. */
  @Test
  void withoutTranslationTheOutcomeIsInTheCause() {
    site.afterCommit.set(this::withdraw);
    TransactionSystemException unknown =
        assertThrows(
            TransactionSystemException.class,
            () -> inTransaction(new DataSourceTransactionManager(source), () -> {}));
    assertEquals(Outcome.UNKNOWN, Outcome.of(unknown).orElseThrow());
    assertFalse(Outcome.mayRepeat(unknown));
  }

  /** Spring has one type for every connection that cannot be had, and it is not a transient one. */
  @Test
  void withoutAWriterTheOutcomeIsInTheCause() {
    withdraw();
    assertTrue(
        Outcome.mayRepeat(assertThrows(CannotGetJdbcConnectionException.class, this::insert)));
    assertTrue(
        Outcome.mayRepeat(
            assertThrows(
                CannotCreateTransactionException.class,
                () -> inTransaction(new JdbcTransactionManager(source), () -> {}))));
  }

  @Test
  void itsRetryRepeatsWhatMayBeRepeatedAndNothingElse() throws Exception {
    RetryTemplate retry =
        new RetryTemplate(
            RetryPolicy.builder()
                .includes(TransientDataAccessException.class)
                .maxRetries(3)
                .delay(Duration.ofMillis(1))
                .build());
    TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(source));
    AtomicInteger attempts = new AtomicInteger();
    Object unused =
        retry.execute(
            () ->
                transaction.execute(
                    status -> {
                      insert();
                      if (attempts.incrementAndGet() == 1) {
                        site.register.commit(HandRegister.serving(2));
                        site.register.permit(GuardedSite.HOUR);
                      }
                      return insertAgain();
                    }));
    assertEquals(2, attempts.get());
    assertEquals(2, GuardedSite.count(site.pair.a(), "spring"));

    attempts.set(0);
    site.afterCommit.set(this::withdraw);
    assertThrows(
        RetryException.class,
        () ->
            retry.execute(
                () ->
                    transaction.execute(
                        status -> {
                          attempts.incrementAndGet();
                          return jdbc.update("DELETE FROM spring");
                        })));
    assertEquals(1, attempts.get(), "an unknown outcome is not repeated");
  }

  private int insert() {
    return jdbc.update("INSERT INTO spring VALUES (1)");
  }

  private int insertAgain() {
    return jdbc.update("INSERT INTO spring VALUES (2)");
  }

  private void inTransaction(PlatformTransactionManager manager, Runnable beforeCommit) {
    new TransactionTemplate(manager)
        .executeWithoutResult(
            status -> {
              insert();
              beforeCommit.run();
            });
  }

  private void withdraw() {
    site.register.commit(
        HandRegister.serving(1).preparing(Phase.FAILING_OVER, "db-02", "withdrawn by the test"));
  }
}
