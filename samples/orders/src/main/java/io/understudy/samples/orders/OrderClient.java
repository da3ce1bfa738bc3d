package io.understudy.samples.orders;

import io.understudy.jdbc.CommittedWarning;
import io.understudy.jdbc.HaConnection;
import io.understudy.jdbc.HaFailure;
import io.understudy.jdbc.Outcome;
import io.understudy.jdbc.RouteInfo;
import io.understudy.samples.orders.LedgerLine.Kind;
import io.understudy.samples.orders.OrderTable.Order;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client: looks for its last order, inserts the next one, commits. Notes what became of each
 * attempt, and repeats what certainly left nothing. Used by one thread.
 */
final class OrderClient {
  private static final Logger log = LoggerFactory.getLogger(OrderClient.class);

  private final String member;
  private final int number;
  private final DataSource source;
  private final Ledger ledger;
  private final Missing missing;
  private long sequence;
  private long lastId;

  /** Is told of an acknowledged order that the writer has not. */
  @FunctionalInterface
  interface Missing {
    void tell(int client, long sequence, long id);
  }

  /** How far one attempt came. */
  private static final class Attempt {
    private @Nullable RouteInfo route;
    private long id;
  }

  OrderClient(String member, int number, DataSource source, Ledger ledger, Missing missing) {
    this.member = member;
    this.number = number;
    this.source = source;
    this.ledger = ledger;
    this.missing = missing;
    this.sequence = ledger.firstSequence(number);
  }

  /**
   * Makes one attempt.
   *
   * @return false if it certainly left nothing, so that the next one is for the same order
   */
  boolean attempt() {
    Attempt attempt = new Attempt();
    Kind outcome;
    @Nullable Exception failure = null;
    try {
      outcome = store(attempt);
    } catch (SQLException e) {
      failure = e;
      outcome = outcome(e);
      log.debug("order {} of client {} failed", sequence, number, e);
    } catch (RuntimeException e) {
      failure = e;
      outcome = Kind.ERROR; // it may be stored: to repeat it could store it twice
      log.error("order {} of client {} met a fault of a program", sequence, number, e);
    }
    note(attempt, outcome, failure);
    if (outcome.isStored()) {
      lastId = attempt.id;
    }
    if (outcome.mayRepeat()) {
      return false;
    }
    sequence++;
    return true;
  }

  private Kind store(Attempt attempt) throws SQLException {
    Connection connection = source.getConnection();
    try {
      RouteInfo route = connection.unwrap(HaConnection.class).route();
      attempt.route = route;
      connection.setAutoCommit(false);
      lookForLast(connection);
      attempt.id =
          OrderTable.insert(connection, new Order(member, number, sequence), route.generation());
      connection.commit();
      return answered(connection);
    } catch (SQLException | RuntimeException e) {
      rollBack(connection);
      throw e;
    } finally {
      close(connection);
    }
  }

  private void lookForLast(Connection connection) throws SQLException {
    if (lastId != 0 && !OrderTable.has(connection, lastId)) {
      missing.tell(number, sequence - 1, lastId);
      lastId = 0; // said once
    }
  }

  /** What was answered stays answered, whatever is found here. */
  private static Kind answered(Connection connection) {
    try {
      return connection.getWarnings() instanceof CommittedWarning ? Kind.COMMITTED : Kind.ACK;
    } catch (SQLException | RuntimeException e) {
      log.debug("there is no telling whether the answer to a commit was found out", e);
      return Kind.ACK;
    }
  }

  private static void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException | RuntimeException e) {
      log.debug("rolling back failed, so the server does it", e);
    }
  }

  /** What was answered before stays answered, whatever this throws. */
  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException | RuntimeException e) {
      log.debug("returning a connection failed", e);
    }
  }

  private static Kind outcome(SQLException e) {
    if (e instanceof SQLTransactionRollbackException) {
      return Kind.ROLLED_BACK; // a deadlock
    }
    return Outcome.of(e).map(it -> Kind.valueOf(it.name())).orElse(Kind.ERROR);
  }

  private void note(Attempt attempt, Kind outcome, @Nullable Exception failure) {
    RouteInfo route = attempt.route;
    if (route == null && failure instanceof HaFailure told) {
      route = told.route();
    }
    String master = route == null || route.writer().isEmpty() ? LedgerLine.NOBODY : route.writer();
    ledger.add(
        new LedgerLine(
            System.nanoTime(),
            member,
            number,
            sequence,
            outcome,
            attempt.id,
            master,
            route == null ? 0 : route.generation(),
            state(failure)));
  }

  private static String state(@Nullable Exception failure) {
    if (failure == null) {
      return LedgerLine.SUCCESS;
    }
    String state = failure instanceof SQLException told ? told.getSQLState() : null;
    return state == null ? LedgerLine.NO_STATE : state;
  }
}
