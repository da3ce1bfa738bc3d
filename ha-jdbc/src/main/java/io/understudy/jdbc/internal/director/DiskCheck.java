package io.understudy.jdbc.internal.director;

import io.understudy.jdbc.internal.dialect.Dialect;
import io.understudy.jdbc.internal.dialect.Writes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Finds out whether a server cannot write because a disk of it is full, without writing: an entry
 * in the binary log would be one more transaction that a crash leaves behind. A server that finds
 * no space lets the commit wait, everybody behind it, and answers who reads.
 *
 * <p>It says so itself where it can: newer ones of MariaDB in the state of the session, MySQL in
 * performance_schema.error_log. Where it cannot, commits that hang for ten seconds, while none ends
 * and none of them is large, are taken for the same: whatever it is, its disk does not take writes.
 * Used by one thread.
 */
final class DiskCheck {
  private static final long EXPLAINED_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long UNEXPLAINED_NANOS = Duration.ofSeconds(10).toNanos();

  private final long intervalNanos;
  private long askedNanos;
  private boolean asked;
  private String answer = "";
  private Set<Long> hanging = Set.of();
  private String committed = "";
  private long sinceNanos;

  /**
   * Makes one.
   *
   * @param interval how often it asks; zero means never
   */
  DiskCheck(Duration interval) {
    this.intervalNanos = interval.toNanos();
  }

  /** What tells that the disk is full, the same as long as it is; empty if nothing does. */
  String look(Dialect dialect, Connection connection) throws SQLException {
    long nowNanos = System.nanoTime();
    boolean due = !asked || !answer.isEmpty() || nowNanos - askedNanos >= intervalNanos;
    if (intervalNanos > 0 && due) {
      asked = true;
      askedNanos = nowNanos;
      answer = ask(dialect, connection, nowNanos);
    }
    return answer;
  }

  private String ask(Dialect dialect, Connection connection, long nowNanos) throws SQLException {
    Writes writes = dialect.writes(connection);
    track(writes.committing(), dialect, connection, nowNanos);
    if (!writes.awaitsSpace().isEmpty()) {
      return "commits hang in state '" + writes.awaitsSpace() + "'";
    }
    long hangsNanos = hanging.isEmpty() ? 0 : nowNanos - sinceNanos;
    String told = dialect.toldOfFullDisk(connection, hangsNanos >= EXPLAINED_NANOS);
    if (!told.isEmpty()) {
      return "it says: " + told;
    }
    boolean stuck = hangsNanos >= UNEXPLAINED_NANOS && !dialect.isLarge(connection, hanging);
    return stuck ? "commits hang, and none ends: its error log tells why" : "";
  }

  /** Which commits have hung since when, while no other ended. */
  private void track(Set<Long> committing, Dialect dialect, Connection connection, long nowNanos)
      throws SQLException {
    Set<Long> same = new HashSet<>(hanging);
    same.retainAll(committing);
    String now = committing.isEmpty() ? "" : dialect.committed(connection);
    if (same.isEmpty() || !now.equals(committed)) {
      sinceNanos = nowNanos;
      same = committing;
    }
    hanging = same;
    committed = now;
  }
}
