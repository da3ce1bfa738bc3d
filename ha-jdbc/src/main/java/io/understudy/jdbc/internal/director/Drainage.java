package io.understudy.jdbc.internal.director;

import io.understudy.ha.HaNode;
import io.understudy.ha.MemberId;
import io.understudy.ha.NodeStatus.MemberStatus;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RoleRegister;
import io.understudy.jdbc.internal.routing.Action.Drain;
import io.understudy.jdbc.internal.routing.Input;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Waits until every JVM has got its connections back. Used by one thread.
 *
 * <p>Two things end it well: each member of the roster said that it is done, which spares
 * transactions; and nobody can act on an older value any more, so that nobody borrows. When the
 * drain time-out is over the second alone is enough: what is still out then is aborted. Members
 * that are not seen cannot say anything; their permits run out meanwhile, and so do their
 * transactions.
 *
 * <p>To hear takes a network's time and no transaction's, so it has a limit of its own: a drain
 * time-out of nothing means that transactions are not waited for, and not that nobody is asked.
 */
final class Drainage {
  private static final Duration HEARING = Duration.ofSeconds(1);

  private final HaNode node;
  private final RoleRegister register;
  private final RegisterVersion asked;
  private final Duration drain;
  private final long begunNanos = System.nanoTime();
  private volatile boolean heard;

  Drainage(HaNode node, RoleRegister register, RegisterVersion asked, Duration drain) {
    this.node = node;
    this.register = register;
    this.asked = asked;
    this.drain = drain;
  }

  /** After how long it ends in any case. */
  static Duration limit(Duration drain) {
    return drain.compareTo(HEARING) < 0 ? HEARING : drain;
  }

  /** Begins to listen: completes when nobody can act on an older value. */
  Drainage hearing(CompletionStage<RegisterVersion> settled) {
    var unused = settled.thenAccept(version -> heard = true);
    return this;
  }

  /** What came of it, if anything yet. */
  Optional<Input> look() {
    long passedNanos = System.nanoTime() - begunNanos;
    if (heard && (passedNanos >= drain.toNanos() || missing().isEmpty())) {
      return Optional.of(new Input.Done(new Drain()));
    }
    if (passedNanos < limit(drain).toNanos()) {
      return Optional.empty();
    }
    return Optional.of(
        new Input.Failed(
            new Drain(),
            "within %d ms not every JVM could hear that connections are wanted back; not done: %s"
                .formatted(limit(drain).toMillis(), missing())));
  }

  /** Who is there and has not said that it is done. */
  List<MemberId> missing() {
    Map<MemberId, RegisterVersion> done = register.doneBy();
    return node.status().members().stream()
        .filter(it -> !it.witness() && it.reachable())
        .map(MemberStatus::member)
        .filter(it -> asked.isNewerThan(done.getOrDefault(it, RegisterVersion.NONE)))
        .toList();
  }
}
