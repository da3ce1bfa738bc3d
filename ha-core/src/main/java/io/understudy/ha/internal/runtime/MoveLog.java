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
 * decided; the others know what they saw of it: a proved death, or a leader that gave the role up.
 * Written by the election thread, read by any.
 */
final class MoveLog {
  /** Who moves a role when nobody asks for it. */
  static final String BY_RULES = "the rules of placement";

  private static final String BY_ELECTION = "the election";
  private static final String UNKNOWN = "another member knows why, or its lease ended";

  private final Map<String, Cause> expected = new ConcurrentHashMap<>();

  /** What was seen of the end of the last leadership; counts if nothing was expected. */
  private final Map<String, Cause> seen = new ConcurrentHashMap<>();

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

  /** This member leads the role no longer, for that reason. */
  void lost(String role, String reason) {
    seen.putIfAbsent(role, new Cause(reason, BY_ELECTION));
  }

  /** A member was proved dead. */
  void died(MemberId member) {
    last.forEach(
        (role, leader) -> {
          if (leader.equals(member)) {
            lost(role, member + ", which led it, has died");
          }
        });
  }

  /** A member has said that it leads a role no longer, and perhaps who should. */
  void resigned(String role, MemberId member, Optional<MemberId> successor) {
    if (member.equals(last.get(role))) {
      String to = successor.map(invited -> " and asked " + invited + " to lead it").orElse("");
      seen.putIfAbsent(
          role, new Cause(member + " gave it up" + to + "; it knows why", member.value()));
    }
  }

  /** Another leader is known, or none. A role that comes back to the same member has not moved. */
  void seen(String role, Optional<MemberId> leader) {
    if (leader.isEmpty()) {
      return;
    }
    MemberId to = leader.get();
    MemberId from = last.put(role, to);
    Cause heard = seen.remove(role);
    Cause wanted = expected.remove(role);
    if (to.equals(from)) {
      return;
    }
    Cause cause = wanted == null ? heard : wanted;
    if (cause == null) {
      cause = new Cause(from == null ? "the first leader that was seen" : UNKNOWN, BY_ELECTION);
    }
    history =
        history.plus(
            new Move(
                Instant.now(),
                role,
                Optional.ofNullable(from),
                leader,
                cause.reason(),
                cause.by()));
  }

  /** Oldest first. */
  List<Move> of(String role) {
    return history.of(role);
  }
}
