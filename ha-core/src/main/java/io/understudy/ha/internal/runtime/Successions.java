package io.understudy.ha.internal.runtime;

import io.understudy.ha.LeaderInfo;
import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Hand-overs of which somebody waits to hear who leads after them. Each ends: when its successor
 * leads, when another member does, when nobody does in time, or when the node is closed.
 */
final class Successions {
  private final Set<Succession> accepted = ConcurrentHashMap.newKeySet();
  private final Executor answers;
  private final long limitNanos;

  /**
   * None yet.
   *
   * @param answers where futures are completed
   * @param limitNanos how long after a role was given up its next leader is waited for
   */
  Successions(Executor answers, long limitNanos) {
    this.answers = answers;
    this.limitNanos = limitNanos;
  }

  /**
   * A hand-over.
   *
   * @param role which
   * @param successor to whom
   * @param seen ends when it is known who leads
   */
  record Succession(String role, MemberId successor, CompletableFuture<LeaderInfo> seen) {
    /** One that is asked for. */
    static Succession of(String role, MemberId successor) {
      return new Succession(role, successor, new CompletableFuture<>());
    }
  }

  /** The role has been given up: whoever leads it from now on does so after that. */
  void accepted(Succession succession) {
    accepted.add(succession);
    var unused = succession.seen().whenComplete((info, failure) -> accepted.remove(succession));
    String late =
        "%s accepted %s, and nobody is known to lead it %d ms after it was given up: look at its"
                .formatted(
                    succession.successor(),
                    succession.role(),
                    TimeUnit.NANOSECONDS.toMillis(limitNanos))
            + " status for what the members wait for";
    CompletableFuture.delayedExecutor(limitNanos, TimeUnit.NANOSECONDS, answers)
        .execute(() -> succession.seen().completeExceptionally(notElected(late)));
  }

  /** Somebody leads. Election thread. */
  void leaderSeen(String role, LeaderInfo info) {
    List<Succession> over = accepted.stream().filter(one -> one.role().equals(role)).toList();
    over.forEach(accepted::remove); // the first leader counts
    over.forEach(one -> answers.execute(() -> end(one, info)));
  }

  private static void end(Succession succession, LeaderInfo info) {
    if (succession.successor().equals(info.member())) {
      succession.seen().complete(info);
    } else {
      succession
          .seen()
          .completeExceptionally(
              notElected(
                  "%s accepted %s and was not elected: %s was, in epoch %d"
                      .formatted(
                          succession.successor(), succession.role(), info.member(), info.epoch())));
    }
  }

  private static OperationRefusedException notElected(String message) {
    return new OperationRefusedException(OperationRefusedException.Cause.NOT_ELECTED, message);
  }

  /** Nobody will be seen any more. */
  void close(OperationRefusedException refusal) {
    accepted.forEach(one -> one.seen().completeExceptionally(refusal));
  }

  /** How many have not ended. */
  int open() {
    return accepted.size();
  }
}
