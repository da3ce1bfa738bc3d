package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.Move;
import io.understudy.ha.internal.placement.MoveHistory;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The last moves of roles as this member saw them. Why a role moved is known where that was
 * decided; the others know that it did. Written by the election thread, read by any.
 */
final class MoveLog {
  /** Who moves a role when nobody asks for it. */
  static final String BY_RULES = "the rules of placement";

  private static final String UNKNOWN = "another member knows why, or its lease ended";

  private final Map<String, Cause> expected = new ConcurrentHashMap<>();
  private final Map<String, MemberId> last = new ConcurrentHashMap<>();
  private volatile MoveHistory history = MoveHistory.EMPTY;

  private record Cause(String reason, String by) {}

  /** The next move of the role has that cause. */
  void expect(String role, String reason, String by) {
    expected.put(role, new Cause(reason, by));
  }

  /** It does not move after all. */
  void forget(String role) {
    expected.remove(role);
  }

  /** Another leader is known, or none. A role that comes back to the same member has not moved. */
  void seen(String role, Optional<MemberId> leader) {
    if (leader.isEmpty()) {
      return;
    }
    MemberId to = leader.get();
    MemberId from = last.put(role, to);
    if (to.equals(from)) {
      return;
    }
    Cause cause = expected.remove(role);
    String reason =
        cause == null
            ? (from == null ? "the first leader that was seen" : UNKNOWN)
            : cause.reason();
    String by = cause == null ? "the election" : cause.by();
    history =
        history.plus(new Move(Instant.now(), role, Optional.ofNullable(from), leader, reason, by));
  }

  /** Oldest first. */
  List<Move> of(String role) {
    return history.of(role);
  }
}
