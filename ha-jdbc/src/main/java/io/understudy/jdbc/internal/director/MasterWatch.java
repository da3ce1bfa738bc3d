package io.understudy.jdbc.internal.director;

import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.HaDataSourceConfig.TimeLimits;
import io.understudy.jdbc.internal.dialect.Dialect;
import io.understudy.jdbc.internal.dialect.Sessions;
import io.understudy.jdbc.internal.routing.Observation.Kind;
import io.understudy.jdbc.internal.routing.ServerFacts;
import io.understudy.jdbc.internal.routing.Sight;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at one master: one thread, one session of its own, which takes no lock and changes nothing.
 * So a master that hangs hides no other.
 */
final class MasterWatch {
  private static final Logger log = LoggerFactory.getLogger(MasterWatch.class);

  /** However many connections break, it looks no more often than this. */
  private static final long SHORTEST_GAP_NANOS = Duration.ofMillis(20).toNanos();

  /**
   * The pause between two questions to a server about itself. Nobody's safety depends on them, and
   * nobody is taken for gone by them: replication's status may wait for a lock while the server
   * serves.
   */
  static final long INQUIRY_NANOS = Duration.ofSeconds(1).toNanos();

  /**
   * What all watches share.
   *
   * @param limits the time values
   * @param helpers runs what may block for ever
   * @param sink gets what was seen
   * @param facts gets what a server says of itself
   */
  record Orders(
      TimeLimits limits,
      Executor helpers,
      BiConsumer<String, Sight> sink,
      BiConsumer<String, ServerFacts> facts) {}

  private final Master master;
  private final Orders orders;
  private final Connector connector;
  private final Semaphore wanted = new Semaphore(0);
  private final Thread thread;
  private final DiskCheck disk;
  private volatile boolean stopped;
  private volatile @Nullable Connection session;
  private @Nullable Dialect dialect; // of the session
  private long inquiredNanos = System.nanoTime() - INQUIRY_NANOS; // when the last one ended
  private int failures;
  private int fullLooks;

  MasterWatch(Master master, Orders orders, String threadName) {
    this.master = master;
    this.orders = orders;
    this.connector = new Connector(master.manager(), orders.helpers());
    this.disk = new DiskCheck(orders.limits().failover().diskCheckInterval());
    this.thread = new Thread(this::run, threadName);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void stop() {
    stopped = true;
    thread.interrupt();
    drop();
  }

  /** Looks as soon as that is allowed, instead of at the next turn. */
  void lookNow() {
    if (wanted.availablePermits() == 0) {
      wanted.release();
    }
  }

  private void run() {
    long intervalNanos = orders.limits().probeInterval().toNanos();
    try {
      while (!stopped) {
        long begunNanos = System.nanoTime();
        lookAndTell();
        long leastNanos = begunNanos + SHORTEST_GAP_NANOS - System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(Math.max(0, leastNanos));
        long leftNanos = begunNanos + intervalNanos - System.nanoTime();
        boolean atOnce = wanted.tryAcquire(Math.max(0, leftNanos), TimeUnit.NANOSECONDS);
        if (atOnce) {
          wanted.drainPermits(); // one look answers them all
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // stop() did it
    } finally {
      connector.stop();
      drop();
    }
  }

  /**
   * A fault of driver or JVM says nothing of the server. It must not end the watch either: others
   * would believe its last word for ever.
   */
  private void lookAndTell() throws InterruptedException {
    try {
      tell(look());
      inquire();
    } catch (RuntimeException | Error e) {
      log.error("looking at master {} failed, and is tried again", master.name(), e);
      try {
        drop();
        tell(Sight.declined(0));
      } catch (RuntimeException | Error again) {
        log.error("what is seen of master {} could not be told", master.name(), again);
      }
    }
  }

  private void tell(Sight sight) {
    if (!stopped) {
      orders.sink().accept(master.name(), sight);
    }
  }

  /** A session that broke proves nothing, so a second try on a new one follows at once. */
  private Sight look() throws InterruptedException {
    boolean had = session != null;
    SQLException failure = ask();
    if (failure != null && had && !MasterLink.isFinal(failure)) {
      failure = ask();
    }
    if (failure == null) {
      failures = 0;
      return fullLooks > 0 ? Sight.full(fullLooks) : Sight.OK;
    }
    return switch (MasterLink.kind(failure)) {
      case REFUSED -> Sight.REFUSED;
      case SILENT -> Sight.silent(++failures);
      case DECLINED -> {
        failures = 0;
        yield Sight.declined(failure.getErrorCode());
      }
    };
  }

  /**
   * Asks a server that was just seen about itself. What it does not say is not known. Silence here
   * proves nothing, so it is not told: the next look, on a new session, says whether it is there.
   */
  private void inquire() {
    Connection current = session;
    if (stopped || current == null || System.nanoTime() - inquiredNanos < INQUIRY_NANOS) {
      return;
    }
    try {
      Dialect known = dialect == null ? Dialect.of(current) : dialect;
      dialect = known;
      orders.facts().accept(master.name(), known.facts(current));
    } catch (SQLException e) {
      log.debug("{} does not say how it stands", master.name(), e);
      if (MasterLink.kind(e) != Kind.DECLINED) {
        drop();
        lookNow();
      }
    } finally {
      inquiredNanos = System.nanoTime();
    }
  }

  private @Nullable SQLException ask() throws InterruptedException {
    Duration timeout = orders.limits().probeTimeout();
    try {
      Connection current = session;
      if (current == null) {
        current = connector.connect(timeout);
        session = current;
        dialect = null;
      }
      current.setNetworkTimeout(Runnable::run, (int) timeout.toMillis());
      Dialect known = dialect == null ? Dialect.of(current) : ping(current, dialect);
      dialect = known;
      lookForSpace(known, current);
      return null;
    } catch (SQLException e) {
      drop();
      return e;
    }
  }

  /**
   * Silence proves nothing here either: MySQL's list of sessions may wait for one that connects.
   */
  private void lookForSpace(Dialect known, Connection current) {
    try {
      boolean full = !disk.look(known, current).isEmpty();
      fullLooks = full ? Math.min(fullLooks + 1, orders.limits().probeFailures()) : 0;
    } catch (SQLException e) {
      log.debug("{} does not say whether its disk is full", master.name(), e);
      drop();
    }
  }

  private static Dialect ping(Connection connection, Dialect known) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT 1");
    }
    return known;
  }

  private void drop() {
    Connection left = session;
    session = null;
    if (left != null) {
      orders.helpers().execute(() -> Sessions.abort(left));
    }
  }
}
