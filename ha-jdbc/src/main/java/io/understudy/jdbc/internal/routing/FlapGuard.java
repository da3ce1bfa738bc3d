package io.understudy.jdbc.internal.routing;

import io.understudy.jdbc.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Withdraws a writer that cannot go on, and lets that wait if writers are lost one after another:
 * then changing them mends nothing, and each change costs open transactions.
 *
 * <p>The first change that nobody planned is never delayed. The writer that it made stays for the
 * shortest time, the one after it for twice as long, and so on up to 32 times or {@link #LONGEST};
 * counted from the beginning of its generation. A planned change ends the row, and so does a writer
 * that served twice the longest time.
 */
final class FlapGuard {
  private static final int MOST_DOUBLINGS = 5;

  /** A writer that is dead serves nobody, whatever became of the ones before it. */
  static final Duration LONGEST = Duration.ofMinutes(5);

  private final long minimumNanos;

  FlapGuard(long minimumNanos) {
    this.minimumNanos = minimumNanos;
  }

  /** What becomes of a writer that cannot go on: another one, if there is one and it is time. */
  Decision replace(DirectorState state, Judgement judgement, String because, long nowNanos) {
    Assignment assignment = state.assignment();
    List<String> refusals = judgement.refusals();
    Optional<String> candidate =
        judgement.candidate().filter(name -> !name.equals(assignment.writer()));
    if (!refusals.isEmpty() || candidate.isEmpty()) {
      String why = refusals.isEmpty() ? judgement.whyNobody() : String.join("; ", refusals);
      return Decision.await(because + "; it stays the writer, because " + why);
    }
    OptionalLong left = leftNanos(state, nowNanos);
    if (left.isPresent()) {
      return Decision.hold(because + "; " + why(assignment), left.getAsLong());
    }
    String reason = because + judgement.whyRather(candidate.get());
    Assignment next = assignment.preparing(Phase.FAILING_OVER, candidate.get(), reason);
    return Decision.act(new Action.Commit(next.inRow(next(state, nowNanos))));
  }

  /** Remembers until when a failover is put off. */
  DirectorState note(DirectorState state, Decision decision, long nowNanos) {
    OptionalLong held = decision.heldNanos();
    boolean known = state.progress().stay().heldUntilNanos().isPresent();
    if (held.isPresent() == known) {
      return state; // until the same moment
    }
    OptionalLong until =
        held.isPresent() ? OptionalLong.of(nowNanos + held.getAsLong()) : OptionalLong.empty();
    return withStay(state, state.progress().stay().withHeldUntil(until));
  }

  /** Somebody ordered the change. */
  static DirectorState released(DirectorState state) {
    return withStay(state, state.progress().stay().withReleased());
  }

  private static DirectorState withStay(DirectorState state, DirectorState.Stay stay) {
    return state.withProgress(state.progress().withStay(stay));
  }

  /** How long the writer of an assignment stays, whatever happens to it. */
  private long staysNanos(Assignment assignment) {
    int row = assignment.unplanned();
    return row == 0 ? 0 : doubled(Math.min(row - 1, MOST_DOUBLINGS));
  }

  private long doubled(int times) {
    return Math.min(minimumNanos << times, Math.max(minimumNanos, LONGEST.toNanos()));
  }

  /** How much of that is left; empty if nothing is, or somebody ordered the change. */
  private OptionalLong leftNanos(DirectorState state, long nowNanos) {
    long left = staysNanos(state.assignment()) - state.progress().ageNanos(nowNanos);
    return left > 0 && !state.progress().stay().released()
        ? OptionalLong.of(left)
        : OptionalLong.empty();
  }

  /** Which change in a row the next one is. */
  private int next(DirectorState state, long nowNanos) {
    long longest = doubled(MOST_DOUBLINGS);
    boolean calm = state.progress().ageNanos(nowNanos) - 2 * longest >= 0;
    return calm ? 1 : Math.min(state.assignment().unplanned() + 1, MOST_DOUBLINGS + 1);
  }

  /** Why it is not replaced yet: the moment and not the time left, so that it stays the same. */
  private String why(Assignment assignment) {
    Duration stays = Duration.ofNanos(staysNanos(assignment));
    return ("it stays the writer until %s, because it was made by unplanned change %d in a row, after"
            + " which the next one waits %d ms (minimumWriterTime): switchTo does not wait")
        .formatted(
            Instant.ofEpochMilli(assignment.sinceEpochMillis() + stays.toMillis()),
            assignment.unplanned(),
            stays.toMillis());
  }
}
