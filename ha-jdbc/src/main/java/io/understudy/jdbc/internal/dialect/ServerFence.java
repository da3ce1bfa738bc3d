package io.understudy.jdbc.internal.dialect;

import io.understudy.jdbc.internal.dialect.FenceReport.Ended;
import io.understudy.jdbc.internal.dialect.FenceReport.Session;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Closes a server against the resistance of its sessions, in a time that is bounded. Used once.
 *
 * <p>Setting a server read-only waits for running writes, for LOCK TABLES ... WRITE and for commits
 * that wait for another server; and while it waits, every other writer waits behind it. So each try
 * waits one second for locks, which is the grace that a statement has to end by itself. Then the
 * sessions that write or hold the lock are ended if the server can tell who holds it, and
 * otherwise, because an idle session may, all ordinary ones at once: there is no time for a second
 * guess. They lose nothing: the server is to refuse whatever they would commit.
 */
final class ServerFence {
  private static final int LOCK_WAIT_TIMEOUT = 1205;
  private static final int NO_SUCH_SESSION = 1094;
  private static final int SESSION_IS_PROTECTED = 1095;

  private static final String HELD_UP = "held up the fence";
  private static final Set<String> SERVERS_OWN =
      Set.of("system user", "event_scheduler", "unauthenticated user");

  /** Not "Connect": the workers of the event scheduler are shown so, under their definer. */
  private static final Set<String> REPLICATION =
      Set.of("Binlog Dump", "Binlog Dump GTID", "Register Slave", "Daemon");

  /**
   * What differs between the products.
   *
   * @param statement sets the server read-only
   * @param lockHolders lists the sessions that hold the lock, or nothing where the server cannot
   *     tell
   * @param committed asks for what changes with every commit
   */
  record Means(String statement, String lockHolders, String committed) {}

  /** Who commits, and what was committed so far. */
  private record Look(List<Session> committing, String committed) {}

  private final Connection connection;
  private final Means means;
  private final Duration limit;
  private final long deadlineNanos;
  private final List<Ended> ended = new ArrayList<>();
  private final Set<String> withstood = new LinkedHashSet<>();
  private final Set<String> silenced;

  /**
   * Begins.
   *
   * @param silenced takes what is off, until it is on again: it outlives the session
   */
  ServerFence(Connection connection, Means means, Duration limit, Set<String> silenced) {
    this.connection = connection;
    this.means = means;
    this.limit = limit;
    this.silenced = silenced;
    this.deadlineNanos = System.nanoTime() + limit.toNanos();
  }

  /**
   * Closes the server; the caller verifies it. What was switched off for that is on again after.
   */
  FenceReport close() throws SQLException {
    try {
      execute("SET SESSION lock_wait_timeout = 1");
      Look before = look();
      releaseCommits(sessions());
      boolean knownOnesOnly = true;
      while (!closes()) {
        Look now = look();
        requireNoHangingCommit(before, now);
        before = now;
        makeWay(knownOnesOnly);
        knownOnesOnly = false;
      }
      end(lockingRows(sessions()), "had an open transaction, which nobody could commit any more");
    } catch (SQLException e) {
      try {
        SemiSync.restore(connection, silenced);
      } catch (SQLException broken) {
        e.addSuppressed(broken);
      }
      throw e;
    }
    SemiSync.restore(connection, silenced);
    return new FenceReport(ended);
  }

  private Look look() throws SQLException {
    List<Session> committing = sessions().stream().filter(Session::isCommitting).toList();
    bound();
    return new Look(committing, Sql.value(connection, means.committed()));
  }

  /**
   * Behind a commit that waits for space on a disk everything waits, whoever else is ended. On a
   * busy server the same sessions commit again and again, which is no reason to give up.
   */
  private void requireNoHangingCommit(Look before, Look now) throws HangingCommitException {
    Set<Long> same = before.committing().stream().map(Session::id).collect(Collectors.toSet());
    List<Session> hanging = now.committing().stream().filter(it -> same.contains(it.id())).toList();
    if (!hanging.isEmpty() && now.committed().equals(before.committed())) {
      throw new HangingCommitException(
          "'%s' waits for %d commits that do not end, such as %s: make room on its disk. They are not"
                  .formatted(means.statement(), hanging.size(), hanging.get(0))
              + " ended, because that would break its binary log");
    }
  }

  /** Another try is of use only if somebody was ended, or released. */
  private void makeWay(boolean knownOnesOnly) throws SQLException {
    List<Session> sessions = sessions();
    int before = ended.size() + silenced.size();
    releaseCommits(sessions);
    end(knownOnesOnly ? blockers(sessions) : sessions, HELD_UP);
    if (ended.size() + silenced.size() == before && knownOnesOnly) {
      end(sessions, HELD_UP);
    }
    if (ended.size() + silenced.size() == before) {
      throw gaveUp();
    }
  }

  private boolean closes() throws SQLException {
    try {
      execute(means.statement());
      return true;
    } catch (SQLException e) {
      if (e.getErrorCode() != LOCK_WAIT_TIMEOUT) {
        throw e;
      }
      return false;
    }
  }

  private SQLException gaveUp() {
    return new SQLException(
        ("'%s' waits for locks, after %d of at most %d ms. Ended so far: %s; could not be ended: %s"
                + " (sessions of the manager's own account are never ended)")
            .formatted(
                means.statement(),
                limit.toMillis() - leftMillis(),
                limit.toMillis(),
                ended,
                withstood),
        "HY000",
        LOCK_WAIT_TIMEOUT);
  }

  /** Commits that wait for another server return at once when nobody asks for its word. */
  private void releaseCommits(List<Session> sessions) throws SQLException {
    if (sessions.stream().noneMatch(Session::awaitsAck)) {
      return;
    }
    bound();
    for (Map.Entry<String, Boolean> asking : SemiSync.asking(connection).entrySet()) {
      String name = asking.getKey();
      if (asking.getValue()) {
        silenced.add(name); // before: if the session breaks, nobody knows whether it was done
        execute("SET GLOBAL " + name + " = OFF");
      }
    }
  }

  private List<Session> blockers(List<Session> sessions) throws SQLException {
    Set<String> holders =
        rows(means.lockHolders()).stream().map(it -> it.get("id")).collect(Collectors.toSet());
    if (holders.isEmpty()) {
      return sessions; // those who seem to write may wait for an idle one, as the fence does
    }
    return sessions.stream()
        .filter(it -> it.isWriting() || holders.contains(Long.toString(it.id())))
        .toList();
  }

  private List<Session> lockingRows(List<Session> sessions) throws SQLException {
    Set<String> locking =
        rows(
                "SELECT trx_mysql_thread_id AS id FROM information_schema.innodb_trx"
                    + " WHERE trx_rows_locked > 0 OR trx_rows_modified > 0")
            .stream()
            .map(it -> it.get("id"))
            .collect(Collectors.toSet());
    return sessions.stream().filter(it -> locking.contains(Long.toString(it.id()))).toList();
  }

  /**
   * All sessions but those of the server itself, of replication and of the manager. Not from
   * information_schema: MySQL makes a table for the answer, and its disk may be full.
   */
  private List<Session> sessions() throws SQLException {
    List<Session> sessions = new ArrayList<>();
    bound();
    String own = Sql.value(connection, "SELECT SUBSTRING_INDEX(USER(), '@', 1)");
    for (Map<String, String> row : rows("SHOW PROCESSLIST")) {
      String command = Sql.text(row, "command");
      String user = Sql.text(row, "user");
      boolean ordinary = !user.equals(own) && !SERVERS_OWN.contains(user);
      if (ordinary && !REPLICATION.contains(command)) {
        sessions.add(
            new Session(
                Sql.number(row, "id"),
                user,
                Sql.text(row, "host"),
                command,
                Sql.text(row, "state"),
                Sql.text(row, "info")));
      }
    }
    sessions.sort(Comparator.comparingLong(Session::id));
    return sessions;
  }

  private void end(List<Session> sessions, String why) throws SQLException {
    for (Session session : sessions) {
      if (session.isCommitting()) {
        withstood.add(session + " (it commits)");
        continue;
      }
      try {
        execute("KILL " + session.id());
        ended.add(new Ended(session, why));
      } catch (SQLException e) {
        if (e.getErrorCode() == SESSION_IS_PROTECTED) {
          withstood.add(session + " (" + e.getMessage() + ")");
        } else if (e.getErrorCode() != NO_SUCH_SESSION) {
          throw e;
        }
      }
    }
  }

  private void execute(String sql) throws SQLException {
    bound();
    Sql.execute(connection, sql);
  }

  private List<Map<String, String>> rows(String sql) throws SQLException {
    bound();
    return Sql.rows(connection, sql);
  }

  /** No statement outlasts the deadline: the session breaks, and its successor ends it. */
  private void bound() throws SQLException {
    long leftMillis = leftMillis();
    if (leftMillis <= 0) {
      throw new SQLTimeoutException(
          "the server was not closed within %d ms. Ended so far: %s; could not be ended: %s"
              .formatted(limit.toMillis(), ended, withstood));
    }
    connection.setNetworkTimeout(Runnable::run, (int) leftMillis);
  }

  private long leftMillis() {
    return (deadlineNanos - System.nanoTime()) / 1_000_000;
  }
}
