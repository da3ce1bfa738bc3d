package io.understudy.samples.gameday.shop;

import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.Role;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job that only the leader runs, ten times a second: it writes down its epoch.
 *
 * <p>Asking {@code leadership()} first is polite, and not enough: the process may stop between the
 * question and the write, and wake when another one leads. So the write carries the epoch, and the
 * row in {@code job_fence} refuses one that is lower than what it has seen.
 */
final class LeaderJob implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderJob.class);
  private static final long PERIOD_MILLIS = 100;

  private final Role role;
  private final String member;
  private final DataSource database;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "leader-job");
            thread.setDaemon(true);
            return thread;
          });

  LeaderJob(Role role, MemberId member, DataSource database) {
    this.role = role;
    this.member = member.value();
    this.database = database;
  }

  void start() {
    var unused = timer.scheduleWithFixedDelay(this::run, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void run() {
    try {
      Optional<Leadership> leadership = role.leadership();
      if (leadership.isPresent()) {
        write(leadership.get().epoch());
      }
    } catch (SQLException e) {
      LOG.info("this run is left out: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("this run failed", e); // the next one may not
    }
  }

  private void write(long epoch) throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      if (passes(connection, epoch)) {
        record(connection, epoch);
        connection.commit();
      } else {
        connection.rollback();
        LOG.warn("epoch {} was refused: a later leader has written", epoch);
      }
    }
  }

  private static boolean passes(Connection connection, long epoch) throws SQLException {
    try (PreparedStatement fence =
        connection.prepareStatement(
            "UPDATE job_fence SET epoch = ?, runs = runs + 1 WHERE job = 'epochs' AND epoch <= ?")) {
      fence.setLong(1, epoch);
      fence.setLong(2, epoch);
      return fence.executeUpdate() == 1;
    }
  }

  private void record(Connection connection, long epoch) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO job_runs (epoch, member) VALUES (?, ?)")) {
      insert.setLong(1, epoch);
      insert.setString(2, member);
      insert.executeUpdate();
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
