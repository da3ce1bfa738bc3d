package io.understudy.jdbc.internal.director;

import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.internal.dialect.Dialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Half a transaction that a dead source left in a MySQL replica. It holds the locks of its rows and
 * tables on what is now the writer, until the applier is told to stop: then the server waits a
 * minute for the rest, and rolls back. A session that nobody waits for tells it. Threadsafe.
 */
final class HalfTransaction {
  private static final Logger log = LoggerFactory.getLogger(HalfTransaction.class);

  /** The server's minute and as much again for rolling back; after that it is asked again. */
  private static final Duration ANSWER = Duration.ofMinutes(2);

  private static final Duration RETRY = Duration.ofSeconds(5);

  private final Master master;
  private final Executor helpers;
  private final BooleanSupplier leads;
  private final AtomicBoolean underWay = new AtomicBoolean();

  HalfTransaction(Master master, Executor helpers, BooleanSupplier leads) {
    this.master = master;
    this.helpers = helpers;
    this.leads = leads;
  }

  /** Begins, and goes on until the applier has stopped or the leadership has ended. */
  void giveUp() {
    if (underWay.compareAndSet(false, true)) {
      log.warn(
          "{} has half a transaction of its dead source. Its rows and tables stay locked for about a"
              + " minute, until the server gives it up",
          master.name());
      helpers.execute(this::run);
    }
  }

  /** Replication is not started while its stop is under way: the server would let it wait. */
  void requireGivenUp() throws SQLException {
    if (underWay.get()) {
      throw new SQLException(
          master.name() + " is giving up half a transaction, which takes it about a minute");
    }
  }

  private void run() {
    try {
      while (leads.getAsBoolean() && !isGivenUp()) {
        TimeUnit.NANOSECONDS.sleep(RETRY.toNanos());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      underWay.set(false);
    }
  }

  private boolean isGivenUp() {
    try (Connection connection = master.manager().getConnection()) {
      connection.setNetworkTimeout(Runnable::run, (int) ANSWER.toMillis());
      Dialect.of(connection).giveUpHalf(connection);
      log.info("{} has given up half a transaction and its locks", master.name());
      return true;
    } catch (SQLException | RuntimeException e) {
      log.warn(
          "{} was not seen to give up half a transaction, which is tried again every {} s: STOP"
              + " REPLICA SQL_THREAD",
          master.name(),
          RETRY.toSeconds(),
          e);
      return false;
    }
  }
}
