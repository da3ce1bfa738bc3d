package io.understudy.jdbc.internal.director;

import io.understudy.jdbc.internal.dialect.Dialect;
import io.understudy.jdbc.internal.dialect.EpochTable;
import io.understudy.jdbc.internal.dialect.FenceReport.Ended;
import io.understudy.jdbc.internal.dialect.Gap;
import io.understudy.jdbc.internal.dialect.SemiSync;
import io.understudy.jdbc.internal.dialect.Sessions;
import io.understudy.jdbc.internal.routing.Action.CatchUp;
import io.understudy.jdbc.internal.routing.Findings;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.ServerFacts;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one session in which a director works on one server. It never reconnects: a successor ends it
 * to be sure that nothing of this director reaches the server any more. Used by one thread.
 */
final class ManagerSession {
  /** For how long a server may wait for locks before it refuses writes, all in all. */
  static final Duration LOCK_WAIT = Duration.ofSeconds(1);

  private static final int ACCESS_DENIED = 1227;
  private static final int TOLD = 5;

  private final Connection connection;
  private final Dialect dialect;
  private final Duration answerTimeout;
  private final Set<String> silenced;
  private final @Nullable EpochTable epochs;
  private final BooleanSupplier leads;
  private List<Ended> ended = List.of();

  /**
   * What outlives a session.
   *
   * @param lock the name of the lock that marks the one session in which a server is managed
   * @param epochs where the database names the generation that may write; null if it does not
   * @param silenced what earlier sessions switched off and could not switch on again
   */
  record Terms(String lock, @Nullable EpochTable epochs, Set<String> silenced) {}

  private ManagerSession(
      Connection connection,
      Dialect dialect,
      Duration answerTimeout,
      BooleanSupplier leads,
      Terms terms) {
    this.silenced = terms.silenced();
    this.epochs = terms.epochs();
    this.leads = leads;
    this.connection = connection;
    this.dialect = dialect;
    this.answerTimeout = answerTimeout;
  }

  /**
   * Takes over a fresh connection, and the server's lock with it. Nothing is said to the server
   * before there is a bound on its answer: it may freeze at any time, and not every URL sets one.
   *
   * @param leads whether the caller still leads, and so may end whoever holds the lock, and open
   *     the server
   */
  static ManagerSession begin(
      Connection connection, Duration answerTimeout, BooleanSupplier leads, Terms terms)
      throws SQLException {
    bound(connection, answerTimeout.plus(Dialect.LOCK_TIMEOUT));
    connection.setAutoCommit(true);
    Dialect.takeLock(connection, terms.lock(), leads);
    Dialect dialect = Dialect.of(connection);
    String missing = missingGrants(connection, dialect, terms.epochs());
    if (!missing.isEmpty()) {
      throw new SQLException(
          "the manager's account lacks privileges: run " + missing + " (docs/accounts.md)",
          "42000",
          ACCESS_DENIED);
    }
    SemiSync.restore(connection, terms.silenced());
    return new ManagerSession(connection, dialect, answerTimeout, leads, terms);
  }

  private static String missingGrants(
      Connection connection, Dialect dialect, @Nullable EpochTable epochs) throws SQLException {
    StringJoiner missing = new StringJoiner("; ");
    String always = dialect.missingGrants(connection);
    if (!always.isEmpty()) {
      missing.add(always);
    }
    String guard =
        epochs == null ? "" : epochs.missingGrants(connection, dialect.account(connection));
    if (!guard.isEmpty()) {
      missing.add(guard);
    }
    return missing.toString();
  }

  Healthy probe(String own, Map<String, String> positions) throws SQLException {
    bound(connection, answerTimeout);
    ServerFacts facts = dialect.facts(connection);
    Map<String, Long> lacking = new HashMap<>();
    Map<String, String> missing = new HashMap<>();
    Map<String, Long> lostHere = new HashMap<>();
    String unfit = dialect.unfit(connection);
    unfit = unfit.isEmpty() ? "" : own + ": " + unfit;
    for (Map.Entry<String, String> other : positions.entrySet()) {
      if (!other.getKey().equals(own)) {
        Gap gap = dialect.gap(connection, other.getValue());
        lacking.put(other.getKey(), gap.count());
        missing.put(other.getKey(), gap.gtids());
        lostHere.put(other.getKey(), gap.lost());
        unfit = gap.lost() > 0 ? lost(own, other.getKey(), gap) : unfit;
      }
    }
    return new Healthy(facts, lacking, new Findings(missing, lostHere, unfit, notice(own, facts)));
  }

  /**
   * What the server does now. An error of its replication tells nothing of that: it stands there
   * until somebody starts replication again, long after there is room.
   */
  String fullDisk(DiskCheck check) throws SQLException {
    return check.look(dialect, connection);
  }

  private String notice(String own, ServerFacts facts) throws SQLException {
    StringJoiner notice = new StringJoiner("; ");
    List<String> prepared =
        facts.mode() == Mode.OPEN ? List.of() : dialect.preparedPassingFence(connection);
    if (!prepared.isEmpty()) {
      notice.add(
          "%s holds %d prepared XA transactions, which can be committed although it is read-only: %s"
                  .formatted(own, prepared.size(), head(prepared))
              + ". Commit or roll them back, before they are committed beside the writer");
    }
    String unasked = SemiSync.notice(connection);
    if (!unasked.isEmpty()) {
      notice.add(own + ": " + unasked);
    }
    if (!ended.isEmpty()) {
      notice.add(
          "%d sessions were ended to close %s: %s".formatted(ended.size(), own, head(ended)));
    }
    return notice.toString();
  }

  private static String head(List<?> all) {
    String text = all.stream().limit(TOLD).map(String::valueOf).collect(Collectors.joining(", "));
    return all.size() <= TOLD ? text : text + ", ...";
  }

  private static String lost(String own, String other, Gap gap) {
    return ("%1$s lacks %2$d transactions that it wrote itself and that %3$s has (in %4$s), and would issue"
            + " their ids again: its data are older than what it had told others. Copy it anew from %3$s,"
            + " with the whole GTID position (MariaDB: RESET MASTER before gtid_slave_pos is set)")
        .formatted(own, gap.lost(), other, gap.gtids());
  }

  /**
   * Makes the server refuse writes; who was ended for that is told until the next time. A server
   * may take several locks for that and wait for each, so the network's time-out is what bounds it
   * all; the session that is broken then is ended by the next one, and its statement with it.
   *
   * @throws SQLTimeoutException if the server does not answer at all
   */
  void fence() throws SQLException {
    bound(connection, answerTimeout);
    // Who does not answer this hangs; who answers waits for locks below. Nothing that could wait
    // for replication is asked: a server may be closed whatever that does.
    Dialect unused = Dialect.of(connection);
    try {
      ended = dialect.fence(connection, LOCK_WAIT.plus(answerTimeout), silenced).ended();
    } catch (SQLException e) {
      if (!isTimeout(e)) {
        throw e;
      }
      throw new SQLNonTransientConnectionException(
          "it waits for locks for more than %d ms: %s"
              .formatted(LOCK_WAIT.toMillis(), e.getMessage()),
          "08S01");
    }
  }

  List<Ended> ended() {
    return ended;
  }

  /**
   * Whether the database admits a generation, as far as it is asked: if not, the server is as good
   * as read-only to the application.
   */
  boolean admits(long generation) throws SQLException {
    return epochs == null || epochs.read(connection).equals(OptionalLong.of(generation));
  }

  /**
   * Opens a server that has all that it ever told others; the rest is for replication. It admits
   * the generation, and no older one, before anybody but this account may write.
   */
  void open(String own, Map<String, String> positions, long generation) throws SQLException {
    bound(connection, answerTimeout);
    String unfit = dialect.unfit(connection);
    if (!unfit.isEmpty()) {
      throw new SQLException(own + ": " + unfit);
    }
    for (Map.Entry<String, String> other : positions.entrySet()) {
      Gap gap = dialect.gap(connection, other.getValue());
      if (!other.getKey().equals(own) && gap.lost() > 0) {
        throw new SQLException(lost(own, other.getKey(), gap));
      }
    }
    if (epochs != null) {
      try {
        admit(epochs, generation);
      } catch (SQLException e) {
        restoreAfter(e);
        throw e;
      }
    }
    bound(connection, answerTimeout);
    SemiSync.restore(connection, silenced); // before anybody is told that a commit is safe
    if (!leads.getAsBoolean()) { // each of these answers may have taken a while
      throw new SQLException("the lease ended before " + own + " was opened, so it is left closed");
    }
    dialect.open(connection);
  }

  private void restoreAfter(SQLException failure) {
    try {
      SemiSync.restore(connection, silenced);
    } catch (SQLException broken) {
      failure.addSuppressed(broken); // the next session does it
    }
  }

  /** Who holds the row of an older generation and does not let go is ended as by any fence. */
  private void admit(EpochTable table, long generation) throws SQLException {
    try {
      mark(table, generation);
    } catch (SQLException e) {
      if (!EpochTable.isHeldUp(e)) {
        throw e;
      }
      fence();
      mark(table, generation);
    }
  }

  /**
   * The survivor of a pair would wait with this commit for a replica that is not there, so it asks
   * none; nobody whom the row admits can commit before.
   */
  private void mark(EpochTable table, long generation) throws SQLException {
    bound(connection, answerTimeout.plus(LOCK_WAIT));
    if (!admits(generation)) {
      SemiSync.silence(connection, silenced);
    }
    dialect.admitManager(connection);
    table.mark(connection, generation);
  }

  void follow() throws SQLException {
    bound(connection, answerTimeout.plusSeconds(2));
    dialect.startReplication(connection);
  }

  /**
   * Waits for what an order names.
   *
   * @return whether replication has stopped if that is ordered; if not, half a transaction keeps
   *     its locks, and {@link HalfTransaction} is to end them
   */
  boolean catchUp(CatchUp action, Duration limit) throws SQLException {
    bound(connection, answerTimeout.plus(limit));
    if (!action.detach()) {
      for (String position : action.positions()) {
        requireApplied(position, limit);
      }
      return true;
    }
    String received = dialect.stopFetching(connection);
    requireApplied(received, limit);
    return dialect.stopReplication(connection);
  }

  private void requireApplied(String position, Duration limit) throws SQLException {
    boolean applied =
        position.isEmpty()
            || dialect.gap(connection, position).count() == 0
            || dialect.awaitApplied(connection, position, limit)
            || dialect.gap(connection, position).count() == 0;
    if (!applied) {
      Gap gap = dialect.gap(connection, position);
      throw new SQLException(
          "%d transactions are not applied after %d s: %s (replication: %s)"
              .formatted(
                  gap.count(),
                  limit.toSeconds(),
                  gap.gtids(),
                  dialect.facts(connection).replication()));
    }
  }

  /** Whether the server said nothing in time; drivers say it in different ways. */
  static boolean isTimeout(SQLException e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof SocketTimeoutException || at instanceof SQLTimeoutException) {
        return true;
      }
    }
    return false;
  }

  /** Ends the session without waiting: a suspect connection may block whoever closes it. */
  static void abandon(Connection connection, Executor helpers) {
    helpers.execute(() -> Sessions.abort(connection));
  }

  private static void bound(Connection connection, Duration limit) throws SQLException {
    connection.setNetworkTimeout(Runnable::run, (int) limit.toMillis());
  }
}
