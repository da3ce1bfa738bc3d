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

  private final Master master;
  private final Executor helpers;
  private final BooleanSupplier leads;
  private final Duration retry;
  private final Connector connector;
  private final AtomicBoolean underWay = new AtomicBoolean();
  private volatile String failure = "";

  /**
   * Makes one that has nothing to do yet.
   *
   * @param helpers runs what may block for ever
   * @param leads whether the leadership goes on
   * @param retry how long to wait after a failure
   */
  HalfTransaction(Master master, Executor helpers, BooleanSupplier leads, Duration retry) {
    this.master = master;
    this.helpers = helpers;
    this.leads = leads;
    this.retry = retry;
    this.connector = new Connector(master.manager(), helpers);
  }

  /** Begins, and goes on until the applier has stopped or the leadership has ended. */
  void giveUp() {
    if (underWay.compareAndSet(false, true)) {
      failure = "";
      log.warn("{}", notice());
      try {
        helpers.execute(this::run);
      } catch (RuntimeException | Error e) {
        underWay.set(false);
        throw e;
      }
    }
  }

  /** What to tell while it goes on; else empty. */
  String notice() {
    return underWay.get()
        ? master.name()
            + " has half a transaction of its dead source. Its rows and tables stay locked for"
            + " about a minute, until the server gives it up"
            + failure
        : "";
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
        TimeUnit.NANOSECONDS.sleep(retry.toNanos());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      connector.stop();
      underWay.set(false);
    }
  }

  /** Whatever is thrown, nobody else would try again, and the locks would stay. */
  private boolean isGivenUp() throws InterruptedException {
    try (Connection connection = connector.connect(ANSWER)) {
      connection.setNetworkTimeout(Runnable::run, (int) ANSWER.toMillis());
      Dialect.of(connection).giveUpHalf(connection);
      log.info("{} has given up half a transaction and its locks", master.name());
      return true;
    } catch (SQLException | RuntimeException | Error e) {
      failure =
          "; STOP REPLICA SQL_THREAD failed, and is tried every %d s: %s"
              .formatted(retry.toSeconds(), e);
      log.warn(
          "{} was not seen to give up half a transaction, which is tried again every {} s:"
              + " STOP REPLICA SQL_THREAD",
          master.name(),
          retry.toSeconds(),
          e);
      return false;
    }
  }
}
