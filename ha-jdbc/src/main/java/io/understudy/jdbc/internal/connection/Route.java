package io.understudy.jdbc.internal.connection;

import io.understudy.ha.RegisterVersion;
import io.understudy.jdbc.Phase;
import io.understudy.jdbc.RouteInfo;
import io.understudy.jdbc.internal.routing.Assignment;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One register value, read and made ready for borrowing. Immutable.
 *
 * @param version the register's version
 * @param assignment what it says
 * @param info the same, for exceptions and status
 * @param pool the writer's pool; null if nobody may write
 * @param problem why nobody may write; empty if somebody may
 */
public record Route(
    RegisterVersion version,
    Assignment assignment,
    RouteInfo info,
    @Nullable DataSource pool,
    String problem) {
  /**
   * Whether connections may be handed out; while the writer drains, those that are out may be used.
   *
   * @return true if there is a pool, and the phase is SERVING
   */
  public boolean lends() {
    return pool != null && assignment.isServing();
  }

  /** Whether connections that are out are to come back. */
  boolean isDraining() {
    return assignment.phase() == Phase.DRAINING;
  }

  /**
   * The number of the writer's term.
   *
   * @return the assignment's generation
   */
  public long generation() {
    return assignment.generation();
  }
}
