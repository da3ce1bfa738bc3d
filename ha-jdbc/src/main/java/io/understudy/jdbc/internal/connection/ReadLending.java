package io.understudy.jdbc.internal.connection;

import io.understudy.jdbc.HaDataSourceStatus.ReadingStatus;
import io.understudy.jdbc.NoWriterException;
import io.understudy.jdbc.internal.dialect.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Hands out connections for reading, also while this member may not write: to the writer that was
 * agreed last, else to another master that answers and is not too far behind. Threadsafe.
 */
public final class ReadLending {
  private static final long RETRY_NANOS = Duration.ofMillis(50).toNanos();

  private final Router router;
  private final Map<String, DataSource> pools;
  private final Supplier<Map<String, Standing>> standings;
  private final Limits limits;
  private final Executor helpers;
  private final Set<ReadOnlyConnection> out = ConcurrentHashMap.newKeySet();
  private volatile Consumer<String> broken = master -> {};
  private volatile Term term = new Term(0, System.nanoTime());
  private volatile boolean closed;

  /** Since when this member knows of a generation. */
  private record Term(long generation, long sinceNanos) {}

  /**
   * How a master stands, as this member sees it.
   *
   * @param reachable whether it answered last
   * @param open whether it takes writes; empty if that is not known
   * @param lagSeconds how far it is behind, if it replicates and says so
   */
  public record Standing(boolean reachable, Optional<Boolean> open, OptionalLong lagSeconds) {}

  /**
   * What reading is bound to.
   *
   * @param maxLag how far a master may be behind that is not known to be the writer
   * @param borrow how long a borrower waits
   * @param grace how long a connection may be used when its generation is over
   */
  public record Limits(Duration maxLag, Duration borrow, Duration grace) {}

  /**
   * Makes a lending.
   *
   * @param router what is agreed
   * @param pools the pools for reading, by master in order of preference
   * @param standings how the masters stand that were looked at
   * @param limits what reading is bound to
   * @param helpers runs aborts and closes, which may block
   */
  public ReadLending(
      Router router,
      Map<String, DataSource> pools,
      Supplier<Map<String, Standing>> standings,
      Limits limits,
      Executor helpers) {
    this.router = router;
    this.pools = new LinkedHashMap<>(pools);
    this.standings = standings;
    this.limits = limits;
    this.helpers = helpers;
  }

  /**
   * Tells of each connection that breaks or cannot be had.
   *
   * @param listener gets the master; called by the borrower's thread, so it must not block
   */
  public void whenBroken(Consumer<String> listener) {
    broken = listener;
  }

  void broke(String master) {
    broken.accept(master);
  }

  /** Another value may be agreed: what was borrowed before is old from now on. */
  public void wake() {
    note(router.routeOf(router.view()));
  }

  private Term note(Route now) {
    Term known = term;
    if (known.generation() != now.generation()) {
      known = new Term(now.generation(), System.nanoTime());
      term = known;
    }
    return known;
  }

  /** Two volatile reads while the generation is the present one. */
  boolean isTooOld(long generation) {
    Route now = router.routeOf(router.view());
    return closed
        || (now.generation() != generation
            && System.nanoTime() - note(now).sinceNanos() > limits.grace().toNanos());
  }

  /**
   * Borrows a connection for reading.
   *
   * @return the connection
   * @throws SQLException {@link NoWriterException} if none could be had in time
   */
  public Connection borrow() throws SQLException {
    long startNanos = System.nanoTime();
    while (!closed) {
      Route route = router.routeOf(router.view());
      note(route);
      StringJoiner why = new StringJoiner("; ");
      SQLException last = null;
      for (String master : order(route)) {
        String objection = objection(master, route);
        if (objection.isEmpty()) {
          try {
            return lend(master, route);
          } catch (SQLException e) {
            broke(master);
            last = e;
            objection = "its pool gave none: " + e.getMessage();
          }
        }
        why.add(master + ": " + objection);
      }
      long waitedNanos = System.nanoTime() - startNanos;
      if (waitedNanos > limits.borrow().toNanos() || !pause()) {
        throw new NoWriterException(
            "reading is not possible either: " + why,
            route.info(),
            Duration.ofNanos(waitedNanos),
            last);
      }
    }
    throw new NoWriterException(
        "the data source is closed",
        router.routeOf(router.view()).info(),
        Duration.ofNanos(System.nanoTime() - startNanos),
        null);
  }

  private boolean pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(RETRY_NANOS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Connection lend(String master, Route route) throws SQLException {
    DataSource pool = pools.get(master);
    if (pool == null) {
      throw new SQLException("no pool is configured for " + master);
    }
    ReadOnlySession session = ReadOnlySession.borrow(pool, helpers);
    ReadOnlyConnection lent;
    try {
      lent = new ReadOnlyConnection(session, route.info(), master, this);
    } catch (SQLException | RuntimeException e) {
      session.discard();
      throw e;
    }
    out.add(lent);
    if (closed) { // nobody may have seen it in time
      lent.revoke();
    }
    return lent;
  }

  private List<String> order(Route route) {
    List<String> order = new ArrayList<>(pools.keySet());
    String writer = route.assignment().lastWriter();
    if (order.remove(writer)) {
      order.add(0, writer);
    }
    return order;
  }

  /**
   * What speaks against reading from a master; empty text if nothing. An open one is the writer, or
   * was until lately, so it is behind nobody that this member knows of.
   */
  private String objection(String master, Route route) {
    if (master.equals(route.assignment().writer()) && router.view().isPermitted()) {
      return "";
    }
    Standing standing = standings.get().get(master);
    boolean last = master.equals(route.assignment().lastWriter());
    if (standing == null) {
      return last ? "" : "it was not looked at yet";
    }
    if (!standing.reachable()) {
      return "it does not answer";
    }
    if (standing.open().orElse(last)) {
      return "";
    }
    if (standing.lagSeconds().isEmpty()) {
      return "it does not say how far it is behind";
    }
    long lag = standing.lagSeconds().getAsLong();
    long most = limits.maxLag().toSeconds();
    return lag <= most ? "" : "it is %d s behind, %d s are allowed".formatted(lag, most);
  }

  /**
   * What is out, and what could be.
   *
   * @param agreedAgo how long ago the director vouched for the writer
   * @return a look at it, while others go on
   */
  public ReadingStatus status(Duration agreedAgo) {
    Map<String, Integer> connections = new TreeMap<>();
    out.forEach(it -> connections.merge(it.master(), 1, Integer::sum));
    Map<String, String> refused = new TreeMap<>();
    Route route = router.routeOf(router.view());
    for (String master : pools.keySet()) {
      @Nullable String objection = objection(master, route);
      if (!objection.isEmpty()) {
        refused.put(master, objection);
      }
    }
    return new ReadingStatus(limits.maxLag(), agreedAgo, connections, refused);
  }

  void returned(ReadOnlyConnection connection) {
    out.remove(connection);
  }

  void abort(Connection connection) {
    helpers.execute(() -> Sessions.abort(connection));
  }

  /** Takes all connections away and lends none any more. */
  public void stop() {
    closed = true;
    out.forEach(ReadOnlyConnection::revoke);
  }
}
