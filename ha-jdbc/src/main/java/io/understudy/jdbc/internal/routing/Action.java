package io.understudy.jdbc.internal.routing;

import java.util.List;

/** What the director shall do next. One at a time: the next one follows from how this one ended. */
public sealed interface Action {
  /**
   * Make a decision known: done when a quorum has stored it.
   *
   * @param assignment the decision
   */
  record Commit(Assignment assignment) implements Action {}

  /**
   * Wait until every JVM has got its connections back; at most for the drain time-out. Fails if
   * then a JVM may still not know that it shall return them. The one action that may be given up
   * for another.
   */
  record Drain() implements Action {}

  /** Wait until nobody can act on an assignment older than the present one. */
  record Settle() implements Action {}

  /**
   * Make a server refuse all writes, and verify it.
   *
   * @param master the server
   */
  record Fence(String master) implements Action {}

  /**
   * Let a server apply what others wrote before it.
   *
   * @param master the server
   * @param positions what the other masters that can be asked have: all of it must be applied
   * @param detach stop fetching first, so that what was received is all there is, and stop
   *     replication at the end, so that the tail of a dead master is never pulled unasked
   * @param planned borrowers are held meanwhile for a planned change, so it must be short
   */
  record CatchUp(String master, List<String> positions, boolean detach, boolean planned)
      implements Action {
    /** Copies. */
    public CatchUp {
      positions = List.copyOf(positions);
    }

    /** One that nobody planned. */
    CatchUp(String master, List<String> positions, boolean detach) {
      this(master, positions, detach, false);
    }

    /** Without the positions, which grow long. */
    @Override
    public String toString() {
      return "CatchUp[master=%s, positions=%d, detach=%s, planned=%s]"
          .formatted(master, positions.size(), detach, planned);
    }
  }

  /**
   * Make a server accept writes, then check the lease again, and close the server if it was lost.
   *
   * @param master the server
   */
  record Open(String master) implements Action {}

  /**
   * Give the director's role to a member that sees more of the masters. Done means that this
   * director is none any more.
   *
   * @param member who shall direct
   */
  record HandOver(String member) implements Action {}

  /**
   * Start replication on a read-only server, so that it receives what the writer writes.
   *
   * @param master the server
   */
  record Follow(String master) implements Action {}
}
