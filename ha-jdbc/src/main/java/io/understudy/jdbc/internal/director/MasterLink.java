package io.understudy.jdbc.internal.director;

import io.understudy.ha.Leadership;
import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.HaDataSourceConfig.TimeLimits;
import io.understudy.jdbc.internal.dialect.Dialect;
import io.understudy.jdbc.internal.dialect.EpochTable;
import io.understudy.jdbc.internal.dialect.HangingCommitException;
import io.understudy.jdbc.internal.routing.Action;
import io.understudy.jdbc.internal.routing.Action.CatchUp;
import io.understudy.jdbc.internal.routing.Action.Fence;
import io.understudy.jdbc.internal.routing.Action.Follow;
import io.understudy.jdbc.internal.routing.Action.Open;
import io.understudy.jdbc.internal.routing.Assignment;
import io.understudy.jdbc.internal.routing.Input;
import io.understudy.jdbc.internal.routing.Input.Done;
import io.understudy.jdbc.internal.routing.Input.Probed;
import io.understudy.jdbc.internal.routing.Observation;
import io.understudy.jdbc.internal.routing.Observation.Failed;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.Observation.Kind;
import java.net.ConnectException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A director's hold on one master: one thread, one session. It probes at a steady pace, does in
 * between what it is told, and reports everything as inputs. So a master that hangs delays no
 * other.
 *
 * <p>It connects only while the leadership is valid, because connecting ends a predecessor's
 * session.
 */
final class MasterLink {
  private static final Logger log = LoggerFactory.getLogger(MasterLink.class);

  /**
   * What all links of a director share.
   *
   * @param leadership under which they act
   * @param lock the name of the lock that marks the managing session
   * @param limits the time values
   * @param epochs where the database names the generation that may write; null if it does not
   * @param agreed the assignment in force; it stays while an action runs
   * @param positions the last position of each master, for comparing
   * @param helpers runs what may block for ever
   * @param sink takes what happened
   * @param fault takes what ended a link's thread against all expectation
   */
  record Shared(
      Leadership leadership,
      String lock,
      TimeLimits limits,
      @Nullable EpochTable epochs,
      Supplier<Assignment> agreed,
      Map<String, String> positions,
      Executor helpers,
      Consumer<Input> sink,
      Consumer<Throwable> fault) {
    Duration catchUpTimeout(CatchUp order) {
      return order.planned() ? limits.switching().catchUp() : limits.applyTimeout();
    }
  }

  /** MariaDB's driver says it, and it differs in each try: the trouble would never be the same. */
  private static final Pattern CONNECTION_NUMBER = Pattern.compile("\\(conn=-?\\d+\\) ");

  private static final Duration HALF_RETRY = Duration.ofSeconds(5);

  private final Master master;
  private final Shared shared;
  private final Connector connector;
  private final BlockingQueue<Optional<Action>> orders = new LinkedBlockingQueue<>();
  private final AtomicBoolean looksNow = new AtomicBoolean();
  private final HalfTransaction half;
  private final Set<String> silenced = new ConcurrentSkipListSet<>(); // outlives the session
  private final DiskCheck disk;
  private final Thread thread;
  private volatile boolean stopped;
  private volatile @Nullable Connection connection; // from its first moment on, for stop()
  private volatile @Nullable ManagerSession session;
  private boolean brokeSinceAnswer; // the server may have restarted; by the thread alone

  /** By when it must have looked, whatever its driver does; null while it works on an order. */
  private final AtomicReference<@Nullable Due> due = new AtomicReference<>();

  /** A moment, by {@link System#nanoTime()}. */
  private record Due(long atNanos) {
    static Due in(Duration time) {
      return new Due(System.nanoTime() + time.toNanos());
    }
  }

  MasterLink(Master master, Shared shared, String threadName) {
    this.master = master;
    this.shared = shared;
    this.connector = new Connector(master.manager(), shared.helpers());
    this.disk = new DiskCheck(shared.limits().failover().diskCheckInterval());
    this.half = new HalfTransaction(master, shared.helpers(), this::leads, HALF_RETRY);
    this.thread = new Thread(this::run, threadName);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /**
   * What to take its silence for: a driver that heeds no time-out hides a server that is gone. Told
   * once in a while.
   */
  Optional<Input> overdue() {
    Due missed = due.get();
    if (missed == null || System.nanoTime() - missed.atNanos() < 0) {
      return Optional.empty();
    }
    Due next = Due.in(shared.limits().probeInterval().plus(shared.limits().probeTimeout()));
    if (!due.compareAndSet(missed, next)) {
      return Optional.empty(); // it has gone on meanwhile, perhaps to an order
    }
    String message =
        "its session has said nothing for more than %d ms, and its driver heeds no time-out"
            .formatted(patience().toMillis());
    return Optional.of(new Probed(master.name(), new Failed(Kind.SILENT, message)));
  }

  /**
   * A look is several questions, and a slow server may take its time for each; before the first one
   * its lock may have to be taken from a predecessor, and the server to be closed.
   */
  private Duration patience() {
    TimeLimits limits = shared.limits();
    return limits
        .probeInterval()
        .plus(limits.probeTimeout().multipliedBy(5))
        .plus(Dialect.LOCK_TIMEOUT)
        .plus(ManagerSession.LOCK_WAIT);
  }

  /** Queues an action; its end is reported. */
  void order(Action action) {
    orders.add(Optional.of(action));
  }

  /** Probes as soon as it has nothing else to do, instead of at the next turn. */
  void lookNow() {
    if (looksNow.compareAndSet(false, true)) {
      orders.add(Optional.empty());
    }
  }

  /** Ends the thread and the session, without waiting for a server. */
  void stop() {
    stopped = true;
    thread.interrupt();
    Connection left = connection;
    if (left != null) {
      ManagerSession.abandon(left, shared.helpers());
    }
  }

  private void run() {
    long nextProbeNanos = System.nanoTime();
    try {
      while (!stopped) {
        Optional<Action> order =
            orders.poll(nextProbeNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (order != null && order.isPresent()) {
          due.set(null);
          nextProbeNanos = perform(order.get()) ? nextProbeNanos : System.nanoTime();
        } else {
          looksNow.set(false);
          nextProbeNanos = System.nanoTime() + shared.limits().probeInterval().toNanos();
          due.set(Due.in(patience()));
          probe();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // stop() did it
    } catch (RuntimeException | Error e) {
      log.error("{}: the thread of master {} failed", shared.lock(), master.name(), e);
      shared.fault().accept(e);
    } finally {
      connector.stop();
      drop();
    }
  }

  /**
   * Does it and reports what came of it.
   *
   * @return false if the session broke, so that the next look at the server shall not wait
   */
  private boolean perform(Action order) throws InterruptedException {
    try {
      ManagerSession current = session();
      requireLease(); // nothing is ordered in the name of a leadership that has ended
      if (order instanceof Fence) {
        fence(current);
        // What it has now is all there will be: whoever catches up with it waits for that, and not
        // for what the last probe saw.
        shared.sink().accept(new Probed(master.name(), look()));
      } else if (order instanceof CatchUp catchUp) {
        if (!current.catchUp(catchUp, shared.catchUpTimeout(catchUp))) {
          half.giveUp();
        }
        shared.sink().accept(new Probed(master.name(), look())); // whether another has more
      } else if (order instanceof Open) {
        open(current);
      } else if (order instanceof Follow) {
        half.requireGivenUp(); // it would wait for it
        current.follow();
        shared.sink().accept(new Probed(master.name(), look()));
      }
      shared.sink().accept(new Done(order));
      return true;
    } catch (SQLException e) {
      boolean broken = breaksSession(e) || ManagerSession.isTimeout(e);
      if (broken) {
        brokeSinceAnswer = true;
        drop();
      }
      if (ManagerSession.isTimeout(e)) { // as good as a probe without an answer
        shared.sink().accept(new Probed(master.name(), new Failed(Kind.SILENT, text(e))));
      }
      shared
          .sink()
          .accept(
              new Input.Failed(
                  order,
                  "%s of %s failed: %s"
                      .formatted(order.getClass().getSimpleName(), master.name(), text(e)),
                  e instanceof HangingCommitException));
      return !broken;
    }
  }

  private void fence(ManagerSession current) throws SQLException {
    current.fence();
    current
        .ended()
        .forEach(it -> log.warn("{}: to close {}, ended {}", shared.lock(), master.name(), it));
  }

  /** A lease that ended while the statement travelled lets a successor open another server. */
  private void open(ManagerSession current) throws SQLException {
    requireLease();
    current.open(master.name(), shared.positions(), shared.agreed().get().generation());
    if (!shared.leadership().isValid()) {
      log.warn("{}: lost the lease while opening {}: closes it", shared.lock(), master.name());
      fence(current);
      throw new SQLException(
          "the lease of epoch %d ended meanwhile, the server is closed again"
              .formatted(shared.leadership().epoch()));
    }
  }

  private void probe() throws InterruptedException {
    shared.sink().accept(new Probed(master.name(), observe()));
  }

  /** A broken session proves nothing, so a second try on a new one follows at once. */
  private Observation observe() throws InterruptedException {
    boolean had = session != null;
    try {
      return look();
    } catch (SQLException e) {
      drop();
      brokeSinceAnswer |= had && !isAnswer(e);
      if (!had || isFinal(e)) {
        return failed(e);
      }
    }
    try {
      return look();
    } catch (SQLException e) {
      drop();
      return failed(e);
    }
  }

  private Healthy look() throws SQLException, InterruptedException {
    ManagerSession current = session();
    Healthy seen = current.probe(master.name(), shared.positions());
    Assignment agreed = shared.agreed().get();
    if (agreed.writer().equals(master.name()) && !current.admits(agreed.generation())) {
      seen = seen.asReadOnly(); // as it is to the application; opening it mends that
    }
    shared.positions().put(master.name(), seen.facts().position());
    String full = current.fullDisk(disk);
    brokeSinceAnswer = false;
    return new Healthy(
        seen.facts(), seen.lacking(), seen.findings().noting(half.notice()).withFullDisk(full));
  }

  private ManagerSession session() throws SQLException, InterruptedException {
    ManagerSession current = session;
    if (current != null) {
      return current;
    }
    requireLease();
    Connection fresh = connector.connect(shared.limits().probeTimeout());
    connection = fresh;
    try {
      requireLease(); // connecting takes time, and a pause may take more
      ManagerSession begun =
          ManagerSession.begin(
              fresh,
              shared.limits().probeTimeout(),
              this::leads,
              new ManagerSession.Terms(shared.lock(), shared.epochs(), silenced));
      requireLease();
      closeIfNotTheWriter(begun);
      session = begun;
      return begun;
    } catch (SQLException e) {
      drop();
      throw e;
    }
  }

  private boolean leads() {
    return !stopped && shared.leadership().isValid();
  }

  private void requireLease() throws SQLException {
    if (!leads()) {
      throw new SQLException("the lease of epoch " + shared.leadership().epoch() + " has ended");
    }
  }

  /**
   * A master that returns open beside the agreed writer takes writes until somebody closes it, so
   * it is closed before it is looked at.
   */
  private void closeIfNotTheWriter(ManagerSession begun) throws SQLException {
    if (!shared.agreed().get().isClosedTo(master.name())) {
      return;
    }
    try {
      fence(begun);
    } catch (SQLException e) {
      if (breaksSession(e)) {
        throw e;
      }
      log.warn("{}: {} is not closed yet: {}", shared.lock(), master.name(), text(e));
    }
  }

  private void drop() {
    Connection left = connection;
    session = null;
    connection = null;
    if (left != null) {
      ManagerSession.abandon(left, shared.helpers());
    }
  }

  private Failed failed(SQLException e) {
    return new Failed(kind(e), text(e), brokeSinceAnswer);
  }

  /** Whether the session lives: a server that shuts down ends it with an error of its own too. */
  private static boolean isAnswer(SQLException e) {
    String state = e.getSQLState();
    return state != null && state.startsWith("42"); // privileges or names that are missing
  }

  static Kind kind(SQLException e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      String message = at.getMessage() == null ? "" : at.getMessage().toLowerCase(Locale.ROOT);
      if (at instanceof ConnectException && message.contains("refused")) {
        return Kind.REFUSED;
      }
    }
    String state = e.getSQLState() == null ? "HY000" : e.getSQLState();
    boolean answered = e.getErrorCode() > 0;
    return answered || !state.startsWith("08") ? Kind.DECLINED : Kind.SILENT;
  }

  /** Whether a second try on a new session would say nothing else, or take as long again. */
  static boolean isFinal(SQLException e) {
    return kind(e) == Kind.REFUSED || ManagerSession.isTimeout(e);
  }

  private static boolean breaksSession(SQLException e) {
    String state = e.getSQLState();
    return state != null && state.startsWith("08");
  }

  /** The innermost message says what happened; drivers wrap it in advice about their settings. */
  private static String text(SQLException e) {
    Throwable at = e;
    while (at.getCause() != null && at.getCause() != at) {
      at = at.getCause();
    }
    String own = firstLine(e);
    String all = at == e || at.getMessage() == null ? own : own + " (" + at.getMessage() + ")";
    return CONNECTION_NUMBER.matcher(all).replaceAll("");
  }

  private static String firstLine(SQLException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end).strip();
  }
}
