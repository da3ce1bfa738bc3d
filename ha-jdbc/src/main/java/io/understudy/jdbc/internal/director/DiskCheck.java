package io.understudy.jdbc.internal.director;

import io.understudy.jdbc.internal.dialect.Dialect;
import io.understudy.jdbc.internal.dialect.LogLine;
import io.understudy.jdbc.internal.dialect.Writes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Finds out whether a server cannot write because a disk of it is full, without writing: an entry
 * in the binary log would be one more transaction that a crash leaves behind. A server that finds
 * no space lets the commit wait, everybody behind it, and answers who reads.
 *
 * <p>It says so itself where it can: newer ones of MariaDB in the state of the session, MySQL in
 * performance_schema.error_log. Where it cannot, commits that hang for ten seconds, while none ends
 * and none of them is large or waits for another server, are taken for the same: whatever it is,
 * its disk does not take writes. Used by one thread.
 */
final class DiskCheck {
  private static final long EXPLAINED_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long UNEXPLAINED_NANOS = Duration.ofSeconds(10).toNanos();

  /** The first may be of a statement that failed, and gave back the space that it had taken. */
  private static final int ENOUGH_LINES = 2;

  private final long intervalNanos;
  private final LongSupplier nanoClock;
  private long askedNanos;
  private boolean asked;
  private String answer = "";
  private Set<Long> hanging = Set.of();
  private String committed = "";
  private long sinceNanos;
  private int lines; // looks that found a newer one than the look before
  private String lastLogged = "";

  /**
   * Makes one.
   *
   * @param interval how often it asks; zero means never
   */
  DiskCheck(Duration interval) {
    this(interval, System::nanoTime);
  }

  DiskCheck(Duration interval, LongSupplier nanoClock) {
    this.intervalNanos = interval.toNanos();
    this.nanoClock = nanoClock;
  }

  /** What tells that the disk is full, the same as long as it is; empty if nothing does. */
  String look(Dialect dialect, Connection connection) throws SQLException {
    long nowNanos = nanoClock.getAsLong();
    boolean suspects = !answer.isEmpty() || lines > 0;
    boolean due = !asked || suspects || nowNanos - askedNanos >= intervalNanos;
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
    String told =
        hangsNanos >= EXPLAINED_NANOS
            ? dialect.toldOfFullLog(connection, Duration.ofNanos(hangsNanos))
            : "";
    told = told.isEmpty() ? ofTables(dialect.toldOfFullTables(connection)) : told;
    if (!told.isEmpty()) {
      return "it says: " + told;
    }
    boolean stuck =
        hangsNanos >= UNEXPLAINED_NANOS
            && !writes.awaitsAck()
            && !dialect.isLarge(connection, hanging);
    return stuck ? "commits hang, and none ends: its error log tells why" : "";
  }

  /** However often a line is seen, it is one line. */
  private String ofTables(Optional<LogLine> newest) {
    if (newest.isEmpty()) {
      lines = 0;
      return "";
    }
    LogLine line = newest.get();
    if (!line.logged().equals(lastLogged)) {
      lines = Math.min(lines + 1, ENOUGH_LINES);
      lastLogged = line.logged();
    }
    return lines < ENOUGH_LINES ? "" : line.text();
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
