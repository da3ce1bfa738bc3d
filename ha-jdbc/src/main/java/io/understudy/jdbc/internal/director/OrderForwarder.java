package io.understudy.jdbc.internal.director;

import io.understudy.ha.LeaderInfo;
import io.understudy.ha.Role;
import io.understudy.ha.Told;
import io.understudy.jdbc.HaDataSourceConfig;
import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.SwitchoverRefusedException;
import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.internal.routing.Assignment;
import io.understudy.jdbc.internal.routing.AssignmentCodec;
import io.understudy.jdbc.internal.routing.SwitchOrder;
import io.understudy.jdbc.internal.routing.Word;
import io.understudy.jdbc.internal.routing.Word.Progress;
import io.understudy.jdbc.internal.routing.Word.Refusal;
import io.understudy.jdbc.internal.routing.WordCodec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends orders of this JVM to the director, one at a time, and brings the answer back. Orders and
 * answers are told like sights, so they come late when messages are lost, and a wait has a bound.
 * Answers are given on a helper's thread: they are the application's code. Threadsafe.
 */
public final class OrderForwarder {
  private final HaDataSourceConfig config;
  private final Role role;
  private final Bulletin bulletin;
  private final Executor helpers;
  private @Nullable Pending pending; // guarded by this
  private boolean closed; // guarded by this

  /** An order on its way. */
  private record Pending(
      SwitchOrder order, LeaderInfo director, CompletableFuture<SwitchoverResult> answer) {}

  /**
   * Makes a forwarder.
   *
   * @param config masters and limits
   * @param role whose leader directs
   * @param bulletin where orders are told
   * @param helpers runs answers
   */
  public OrderForwarder(HaDataSourceConfig config, Role role, Bulletin bulletin, Executor helpers) {
    this.config = config;
    this.role = role;
    this.bulletin = bulletin;
    this.helpers = helpers;
  }

  /** One change forward, one back, one that is waited for before it; and the telling. */
  private Duration patience() {
    Duration telling = config.node().timing().lease().multipliedBy(2);
    return SwitchoverDesk.longestHold(config.timing()).multipliedBy(3).plus(telling);
  }

  /**
   * Sends an order.
   *
   * @param to who shall be the writer
   * @return what came of it; fails with {@link SwitchoverRefusedException} if the director refuses,
   *     or nobody can be asked
   */
  public CompletionStage<SwitchoverResult> order(String to) {
    Optional<LeaderInfo> leader =
        role.leader().filter(it -> !it.member().equals(config.node().member()));
    if (config.masters().stream().noneMatch(it -> it.name().equals(to))) {
      return refused(to, "no such master is configured, they are " + names());
    }
    if (leader.isEmpty()) {
      return refused(to, "no director is known here: try again");
    }
    Pending begun;
    synchronized (this) {
      if (closed) {
        return refused(to, "this data source is closed");
      }
      if (pending != null) {
        return refused(to, "this JVM waits for the answer to another order");
      }
      SwitchOrder order = new SwitchOrder(newId(), leader.get().epoch(), to);
      begun = new Pending(order, leader.get(), new CompletableFuture<>());
      bulletin.ask(Optional.of(order));
      pending = begun;
    }
    Duration patience = patience();
    CompletableFuture.delayedExecutor(patience.toNanos(), TimeUnit.NANOSECONDS, helpers)
        .execute(() -> giveUp(begun, "did not answer within %d ms".formatted(patience.toMillis())));
    return begun.answer();
  }

  private static long newId() {
    long id = UUID.randomUUID().getMostSignificantBits();
    return id == SwitchOrder.LOCAL ? 1 : id;
  }

  /** The director may have answered, or be another one. */
  public void look() {
    Pending waiting;
    synchronized (this) {
      waiting = pending;
    }
    if (waiting == null || answered(waiting)) {
      return;
    }
    Optional<LeaderInfo> leader = role.leader();
    if (leader.isPresent() && !leader.get().equals(waiting.director())) {
      giveUp(waiting, "was followed by %s before it answered".formatted(leader.get().member()));
    }
  }

  private boolean answered(Pending waiting) {
    Told told = role.register().told().get(waiting.director().member());
    if (told == null) {
      return false;
    }
    long id = waiting.order().id();
    Word word = WordCodec.decode(told.bytes(), names(), waiting.director().member().value());
    Optional<Refusal> refusal = word.refusal().filter(it -> it.order() == id);
    Optional<Progress> end = word.progress().filter(it -> it.order() == id && it.isEnded());
    refusal.ifPresent(it -> end(waiting, () -> refuse(waiting, it.why())));
    end.ifPresent(it -> end(waiting, () -> waiting.answer().complete(it.result())));
    return refusal.isPresent() || end.isPresent();
  }

  private void refuse(Pending waiting, String why) {
    String by = "%s (says the director, %s)".formatted(why, waiting.director().member());
    waiting.answer().completeExceptionally(refusal(waiting.order().to(), by));
  }

  private void giveUp(Pending waiting, String what) {
    LeaderInfo director = waiting.director();
    String reason =
        "%s, which directed in epoch %d, %s: the change may have been made, may be made yet, or go"
                .formatted(director.member(), director.epoch(), what)
            + " back; it is not asked for again. Look at the status before you do";
    Assignment now = assignment();
    SwitchoverResult unknown =
        new SwitchoverResult(
            now.writer(),
            waiting.order().to(),
            Outcome.UNKNOWN,
            reason,
            now.generation(),
            List.of(),
            director.member().value());
    end(waiting, () -> waiting.answer().complete(unknown));
  }

  private Assignment assignment() {
    try {
      return AssignmentCodec.decode(role.register().view().value().bytes());
    } catch (IllegalArgumentException e) {
      return Assignment.NONE; // the status says why
    }
  }

  /** Withdraws an order and answers it, once. */
  private void end(Pending waiting, Runnable answer) {
    synchronized (this) {
      if (pending == null || pending.order().id() != waiting.order().id()) {
        return;
      }
      pending = null;
      try {
        bulletin.ask(Optional.empty());
      } finally { // whoever waits shall not pay for it
        helpers.execute(answer);
      }
    }
  }

  private CompletionStage<SwitchoverResult> refused(String to, String why) {
    return CompletableFuture.failedFuture(refusal(to, why));
  }

  private SwitchoverRefusedException refusal(String to, String why) {
    return new SwitchoverRefusedException(
        "%s: no switchover to '%s' is begun: %s".formatted(config.name(), to, why));
  }

  private List<String> names() {
    return config.masters().stream().map(Master::name).toList();
  }

  /** Nobody listens for an answer any more. */
  public void stop() {
    Pending waiting;
    synchronized (this) {
      closed = true;
      waiting = pending;
    }
    if (waiting != null) {
      giveUp(waiting, "had not answered when this data source was closed");
    }
  }
}
