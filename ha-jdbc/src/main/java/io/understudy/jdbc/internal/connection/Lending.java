package io.understudy.jdbc.internal.connection;

import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RegisterView;
import io.understudy.jdbc.HaDataSourceStatus.LendingStatus;
import io.understudy.jdbc.NoWriterException;
import io.understudy.jdbc.Phase;
import io.understudy.jdbc.internal.dialect.EpochTable;
import io.understudy.jdbc.internal.dialect.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out connections to the writer, and takes them away when its generation or this member's
 * permit ends. Threadsafe. One thread watches for that end; a borrow that finds a usable route
 * takes no lock.
 */
public final class Lending {
  private static final Logger log = LoggerFactory.getLogger(Lending.class);
  private static final long SHORTEST_LOOK_NANOS = Duration.ofMillis(5).toNanos();
  private static final long DRAINING_LOOK_NANOS = Duration.ofMillis(1).toNanos();
  private static final long LONGEST_LOOK_NANOS = Duration.ofMillis(100).toNanos();

  /** How long to leave a writer alone that gave no connection. */
  private static final long RETRY_NANOS = Duration.ofMillis(50).toNanos();

  /** For how long a permit may be away while the director writes the register. */
  private static final long SHORT_GAP_NANOS = Duration.ofMillis(250).toNanos();

  private static final long ANY_GENERATION = -1;

  private final Router router;
  private final Duration borrowTimeout;
  private final long leaseNanos;
  private final Executor helpers;
  private final Borrowed borrowed = new Borrowed();
  private final HoldQueue waiting = new HoldQueue();
  private final Thread watch;
  private volatile Consumer<String> broken = master -> {};
  private volatile boolean closed;
  private volatile @Nullable CommitSearch search;
  private volatile @Nullable EpochGuard guard;

  /** When a permit was seen last; when this was made if none ever was. */
  private volatile long permittedNanos = System.nanoTime();

  /** From then on a permit that is away is taken for gone. */
  private volatile long permitGoneNanos = System.nanoTime();

  /** The last route with a pool, until its term is over. The watching thread's. */
  private @Nullable Route served;

  /** From then on a planned change that goes on is none that a borrower outlasts. */
  private volatile long plannedUntilNanos;

  /** The last value for which the director was told so. The watching thread's. */
  private RegisterVersion drained = RegisterVersion.NONE;

  /**
   * Makes a lending that {@link #start} sets to work.
   *
   * @param router where connections go
   * @param borrowTimeout how long a borrower waits for a route
   * @param lease the length of a permit
   * @param helpers runs aborts and closes of suspect connections, which may block
   * @param threadName the name of the watching thread
   */
  public Lending(
      Router router, Duration borrowTimeout, Duration lease, Executor helpers, String threadName) {
    this.router = router;
    this.borrowTimeout = borrowTimeout;
    this.plannedUntilNanos = System.nanoTime() + borrowTimeout.toNanos();
    this.leaseNanos = lease.toNanos();
    this.helpers = helpers;
    this.watch = new Thread(this::watch, threadName);
    watch.setDaemon(true);
  }

  /**
   * Tells of each connection that breaks or cannot be had, so that somebody looks after the server.
   *
   * @param listener gets the master; called by the borrower's thread, so it must not block
   */
  public void whenBroken(Consumer<String> listener) {
    broken = listener;
  }

  /** A connection broke, or its server refuses to write. */
  void broke(Route route) {
    broken.accept(route.assignment().writer());
  }

  /**
   * Turns commits whose answer is lost into known ones, as far as that is possible. To be called
   * before {@link #start}.
   *
   * @param table the table of tokens
   * @param member this member
   * @param limits how long to look for a token, and what a missing one proves
   */
  public void resolveCommits(String table, String member, SearchLimits limits) {
    search = new CommitSearch(router, new CommitTokens(table, member), limits, helpers);
  }

  /**
   * Lets nothing be committed but under the generation that the database names. To be called before
   * {@link #start}.
   *
   * @param table where it names it
   */
  public void guardWrites(EpochTable table) {
    guard = new EpochGuard(table);
  }

  /** What each transaction asks before it commits; null if nobody wants that. */
  @Nullable EpochGuard guard() {
    return guard;
  }

  /** What finds out about commits; null if nobody wants to know. */
  @Nullable CommitSearch search() {
    return search;
  }

  /** Begins to watch. */
  public void start() {
    watch.start();
  }

  /** Takes all connections away and lends none any more. */
  public void stop() {
    closed = true;
    LockSupport.unpark(watch);
    router.wake();
    borrowed.forEach(GuardedConnection::revoke);
    router.leave();
  }

  /** Something may have changed: look at once. */
  public void wake() {
    LockSupport.unpark(watch);
    router.wake();
  }

  Router router() {
    return router;
  }

  /**
   * Borrows a connection to the writer.
   *
   * @return the connection
   * @throws SQLException {@link NoWriterException} if none could be had in time; what the pool
   *     throws if that is no matter of the connection, for instance a wrong password
   */
  public Connection borrow() throws SQLException {
    RegisterView view = router.view();
    Route route = router.routeOf(view);
    DataSource pool = route.pool();
    if (pool != null && route.lends() && view.isPermitted() && !closed) {
      try {
        GuardedConnection connection = lend(view, route, pool);
        if (connection != null) {
          return connection;
        }
      } catch (SQLException e) {
        broke(route);
        return borrowPatiently(route.generation(), e);
      }
    }
    return borrowPatiently(ANY_GENERATION, null);
  }

  /**
   * Whether a borrower would get a connection now, or shortly: also while a planned change holds
   * borrowers, for as long as a borrower waits, and while a permit is away that the director took
   * back to write the register.
   *
   * @return true if it is worth while to borrow
   */
  public boolean isAvailable() {
    RegisterView view = router.view();
    Route route = router.routeOf(view);
    long nowNanos = System.nanoTime();
    boolean writes =
        route.lends()
            || (route.assignment().phase().isPlanned() && plannedUntilNanos - nowNanos > 0);
    return writes && !closed && (view.isPermitted() || permitGoneNanos - nowNanos > 0);
  }

  /**
   * What is out, and who waits.
   *
   * @return a look at both, while others go on
   */
  public LendingStatus status() {
    Map<Long, Integer> connections = new TreeMap<>();
    borrowed.forEach(it -> connections.merge(it.generation(), 1, Integer::sum));
    return new LendingStatus(connections, waiting.size(), waiting.longest(System.nanoTime()));
  }

  /**
   * How long ago the director vouched for the writer.
   *
   * @return the time since a permit was seen, or since this was made
   */
  public Duration sincePermitted() {
    return Duration.ofNanos(System.nanoTime() - permittedNanos);
  }

  private @Nullable GuardedConnection lend(RegisterView view, Route route, DataSource pool)
      throws SQLException {
    GuardedConnection connection =
        new GuardedConnection(pool.getConnection(), route, view.permitUntilNanos(), this);
    connection.placedIn(borrowed.add(connection));
    // After it is listed: either this look sees the end of its generation, or the watch sees it.
    // The
    // time of the permit is checked again before the first statement.
    RegisterView now = router.view();
    if ((isSame(now, view) || router.lends(now, route.generation())) && !closed) {
      return connection;
    }
    connection.close(); // nothing was sent on it
    return null;
  }

  /** Views are immutable and replaced as a whole, so the same object says the same thing. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(RegisterView now, RegisterView before) {
    return now == before;
  }

  private Connection borrowPatiently(long unlike, @Nullable SQLException failure)
      throws SQLException {
    long startNanos = System.nanoTime();
    long deadlineNanos = startNanos + borrowTimeout.toNanos();
    SQLException last = failure;
    long avoid = unlike;
    HoldQueue.Place place = waiting.enter(startNanos);
    try {
      while (true) {
        if (last != null && !PoolFailure.isPassing(last) && !router.isOver(avoid)) {
          throw last;
        }
        Route route = next(avoid, deadlineNanos);
        if (route == null || closed) {
          throw noWriter(System.nanoTime() - startNanos, last);
        }
        try {
          RegisterView view = router.view();
          Route now = router.routeOf(view);
          DataSource pool = now.lends() && view.isPermitted() ? now.pool() : null;
          GuardedConnection connection = pool == null ? null : lend(view, now, pool);
          if (connection != null) {
            return connection;
          }
          avoid = ANY_GENERATION;
        } catch (SQLException e) {
          broke(route);
          last = e;
          avoid = route.generation();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw noWriter(System.nanoTime() - startNanos, last);
    } finally {
      waiting.leave(place);
    }
  }

  /**
   * A writer that gave no connection is asked again after a while, unless there is another one
   * before.
   */
  private @Nullable Route next(long avoid, long deadlineNanos) throws InterruptedException {
    if (isHopeless()) {
      return null;
    }
    if (avoid != ANY_GENERATION) {
      long soonNanos = System.nanoTime() + RETRY_NANOS;
      boolean late = soonNanos - deadlineNanos > 0;
      Route other = router.await(avoid, late ? deadlineNanos : soonNanos);
      if (other != null || late) {
        return other;
      }
    }
    return router.await(ANY_GENERATION, deadlineNanos);
  }

  /** A refused audit is for people to mend: waiting helps nobody. */
  private boolean isHopeless() {
    return closed || router.routeOf(router.view()).assignment().phase() == Phase.REFUSED;
  }

  private NoWriterException noWriter(long waitedNanos, @Nullable SQLException last) {
    RegisterView view = router.view();
    Route route = router.routeOf(view);
    String why;
    if (closed) {
      why = "the data source is closed";
    } else if (route.pool() == null) {
      why = route.problem();
    } else if (!route.lends()) {
      why = "the writer is being changed: " + route.assignment().reason();
    } else if (!view.isPermitted()) {
      why = "this node does not hear a director that vouches for the writer";
    } else {
      why = "its pool gave none: " + (last == null ? "in time" : last.getMessage());
    }
    return new NoWriterException(why, route.info(), Duration.ofNanos(waitedNanos), last);
  }

  /** A connection was closed by its borrower. */
  void returned(GuardedConnection connection) {
    borrowed.remove(connection, connection.slot());
  }

  /** Breaks a connection, whatever happens on it. */
  void abort(Connection connection) {
    helpers.execute(() -> Sessions.abort(connection));
  }

  /** Closes a broken connection, so that its pool does not lend it again. */
  void discard(Route route, Connection connection) {
    DataSource pool = route.pool();
    if (pool != null) { // nothing is borrowed on a route without one
      helpers.execute(() -> KnownPool.discard(pool, connection));
    }
  }

  /** Waits for the permit of a connection's generation to come back, for a lease at most. */
  boolean becomesCurrent(GuardedConnection connection) {
    try {
      return router.awaitCurrent(
          connection.generation(), connection::isLost, System.nanoTime() + leaseNanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Takes connections away when their generation is over, or when the last permit that was seen for
   * it, here or when they were borrowed, has run out. A permit that was taken back early may
   * return: until then nothing is sent, and the connections stay.
   */
  private void watch() {
    long keepUntilNanos = System.nanoTime();
    long keptGeneration = ANY_GENERATION;
    while (!closed) {
      try {
        RegisterView view = router.view();
        Route route = router.routeOf(view);
        if (route.pool() != null && view.isPermitted()) {
          keepUntilNanos = view.permitUntilNanos();
          permittedNanos = System.nanoTime();
          permitGoneNanos = System.nanoTime() + SHORT_GAP_NANOS;
          keptGeneration = route.generation();
        }
        if (!route.assignment().phase().isPlanned()) {
          plannedUntilNanos = System.nanoTime() + borrowTimeout.toNanos();
        }
        long leftNanos = keepUntilNanos - System.nanoTime();
        long stays = route.pool() != null && leftNanos > 0 ? keptGeneration : ANY_GENERATION;
        borrowed.forEach(connection -> revokeUnless(connection, stays));
        evictIfOver(route);
        boolean drains = route.isDraining() && !isDrained(route);
        LockSupport.parkNanos(this, drains ? DRAINING_LOOK_NANOS : lookAgainNanos(leftNanos));
      } catch (Throwable e) {
        // Each use of a connection is checked by itself, so this only delays an abort; not even an
        // error, say for want of memory or of threads, may end it.
        log.error("watching the route failed", e);
        LockSupport.parkNanos(this, LONGEST_LOOK_NANOS);
      }
    }
  }

  /**
   * Whether no connection is out any more while the writer drains; then the director is told. The
   * route was read before this looks, and a borrower reads it again after its connection is listed:
   * so either this sees the connection, or the borrower sees that it comes too late.
   */
  private boolean isDrained(Route route) {
    if (route.version().equals(drained)) {
      return true;
    }
    AtomicBoolean out = new AtomicBoolean();
    borrowed.forEach(
        connection -> {
          if (connection.generation() == route.generation() && !connection.isLost()) {
            out.set(true);
          }
        });
    if (out.get()) {
      return false;
    }
    router.drained(route);
    drained = route.version();
    return true;
  }

  /** What lies idle in the pool of a writer whose term is over is old when it is lent again. */
  private void evictIfOver(Route route) {
    Route before = served;
    if (before != null && before.generation() != route.generation()) {
      DataSource pool = before.pool();
      if (pool != null) {
        helpers.execute(() -> KnownPool.evictAll(pool));
      }
    }
    served = route.pool() == null ? null : route;
  }

  private void revokeUnless(GuardedConnection connection, long stays) {
    long generation = connection.generation();
    boolean kept = connection.isKept() && !router.isOver(generation);
    if (generation != stays && !kept && !router.isCurrent(generation)) {
      connection.revoke();
    }
  }

  private static long lookAgainNanos(long leftNanos) {
    if (leftNanos <= 0) {
      return LONGEST_LOOK_NANOS;
    }
    return Math.min(LONGEST_LOOK_NANOS, Math.max(SHORTEST_LOOK_NANOS, leftNanos / 2));
  }
}
