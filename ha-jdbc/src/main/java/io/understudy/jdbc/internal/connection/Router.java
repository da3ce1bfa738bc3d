package io.understudy.jdbc.internal.connection;

import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RegisterView;
import io.understudy.ha.RoleRegister;
import io.understudy.jdbc.RouteInfo;
import io.understudy.jdbc.internal.routing.Assignment;
import io.understudy.jdbc.internal.routing.AssignmentCodec;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Where connections go now, by the register alone. Threadsafe.
 *
 * <p>Asking costs two volatile reads and a clock read: the register's view, and the route that was
 * made of its value. A route is made anew only when the value's version changes, and never of an
 * older value or a lower generation than one that was seen.
 */
public final class Router {
  /** A permit can return without a new value, so waiters look by themselves too. */
  private static final long LOOK_NANOS = Duration.ofMillis(10).toNanos();

  private static final long SHORT_LOOK_NANOS = Duration.ofMillis(1).toNanos();

  private final String node;
  private final RoleRegister register;
  private final Map<String, DataSource> pools;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile Route route;

  /**
   * Makes a router.
   *
   * @param node this member, for messages
   * @param register where the assignment is
   * @param pools the application's pools by master
   */
  public Router(String node, RoleRegister register, Map<String, DataSource> pools) {
    this.node = node;
    this.register = register;
    this.pools = Map.copyOf(pools);
    this.route = read(RegisterVersion.NONE, Assignment.NONE);
  }

  /** How many masters there are. */
  int masters() {
    return pools.size();
  }

  /**
   * The register's present view.
   *
   * @return a fresh view
   */
  public RegisterView view() {
    return register.view();
  }

  /**
   * The route that a view stands for.
   *
   * @param view a fresh view
   * @return its route, or a newer one
   */
  public Route routeOf(RegisterView view) {
    Route known = route;
    RegisterValue value = view.value();
    return known.version().equals(value.version()) ? known : change(value);
  }

  /**
   * What a value says, whether or not connections go by it.
   *
   * @param value a committed value
   * @return its route; empty if it cannot be read
   */
  public Optional<Route> read(RegisterValue value) {
    try {
      return Optional.of(read(value.version(), AssignmentCodec.decode(value.bytes())));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Whether connections of a generation may be used now.
   *
   * @param generation the generation that a connection was borrowed under
   * @return true while it is the present one and this member holds a permit
   */
  public boolean isCurrent(long generation) {
    return isCurrent(register.view(), generation);
  }

  /** The same for a view that the caller took just now. */
  boolean isCurrent(RegisterView view, long generation) {
    Route now = routeOf(view);
    return now.pool() != null && now.generation() == generation && view.isPermitted();
  }

  /** Whether connections of a generation may be handed out, by a view that was taken just now. */
  boolean lends(RegisterView view, long generation) {
    Route now = routeOf(view);
    return now.lends() && now.generation() == generation && view.isPermitted();
  }

  /** The route, if connections may be handed out now. */
  @Nullable Route usable() {
    RegisterView view = register.view();
    Route now = routeOf(view);
    return now.lends() && view.isPermitted() ? now : null;
  }

  /** Tells the director that every connection came back that a value wants back. */
  void drained(Route draining) {
    register.done(draining.version());
  }

  /** Tells every director that no connection will ever be out here again. */
  void leave() {
    register.done(new RegisterVersion(Long.MAX_VALUE, Long.MAX_VALUE));
  }

  /** Whether another generation has begun, or the writer of this one was withdrawn. */
  boolean isOver(long generation) {
    Route now = routeOf(register.view());
    return now.generation() != generation || now.pool() == null;
  }

  /**
   * Waits for a permit to come back for a generation.
   *
   * @param generation the generation
   * @param hopeless when to give up before the time is over
   * @param deadlineNanos when to give up
   * @return whether it came
   */
  boolean awaitCurrent(long generation, BooleanSupplier hopeless, long deadlineNanos)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!isCurrent(generation)) {
        long leftNanos = deadlineNanos - System.nanoTime();
        if (leftNanos <= 0 || hopeless.getAsBoolean() || isOver(generation)) {
          return false;
        }
        var unused = changed.awaitNanos(Math.min(leftNanos, SHORT_LOOK_NANOS));
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private Route change(RegisterValue value) {
    lock.lock();
    try {
      Route known = route;
      if (value.version().isNewerThan(known.version())) {
        known = read(known, value);
        route = known;
        changed.signalAll();
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  private Route read(Route known, RegisterValue value) {
    Assignment next;
    try {
      next = AssignmentCodec.decode(value.bytes());
    } catch (IllegalArgumentException e) {
      return blocked(known, value, "the assignment cannot be read: " + e.getMessage());
    }
    if (next.generation() < known.generation()) {
      return blocked(
          known,
          value,
          "generation %d follows %d".formatted(next.generation(), known.generation()));
    }
    return read(value.version(), next);
  }

  private Route read(RegisterVersion version, Assignment next) {
    DataSource pool = next.phase().hasWriter() ? pools.get(next.writer()) : null;
    RouteInfo info =
        new RouteInfo(node, next.writer(), next.phase(), next.generation(), version.epoch());
    if (pool != null) {
      return new Route(version, next, info, pool, "");
    }
    String problem =
        next.phase().hasWriter()
            ? "the agreed writer is not among the masters configured here: " + pools.keySet()
            : next.reason();
    return new Route(version, next, info, null, problem);
  }

  private static Route blocked(Route known, RegisterValue value, String problem) {
    return new Route(value.version(), known.assignment(), known.info(), null, problem);
  }

  /** Wakes whoever waits, to look again. */
  void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a route that may be used.
   *
   * @param unlike a generation that is of no use now; -1 for none
   * @param deadlineNanos when to give up
   * @return the route, or null when the time is over
   */
  @Nullable Route await(long unlike, long deadlineNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        Route found = usable();
        if (found != null && found.generation() != unlike) {
          return found;
        }
        long leftNanos = deadlineNanos - System.nanoTime();
        if (leftNanos <= 0) {
          return null;
        }
        var unused = changed.awaitNanos(Math.min(leftNanos, LOOK_NANOS));
      }
    } finally {
      lock.unlock();
    }
  }
}
