package io.understudy.jdbc.internal.director;

import io.understudy.jdbc.HaDataSourceConfig;
import io.understudy.jdbc.HaDataSourceConfig.SwitchLimits;
import io.understudy.jdbc.HaDataSourceConfig.TimeLimits;
import io.understudy.jdbc.SwitchoverRefusedException;
import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.SwitchoverResult.StepTime;
import io.understudy.jdbc.internal.routing.Assignment;
import io.understudy.jdbc.internal.routing.DirectorState;
import io.understudy.jdbc.internal.routing.SwitchOrder;
import io.understudy.jdbc.internal.routing.Switchover;
import io.understudy.jdbc.internal.routing.Word.Progress;
import io.understudy.jdbc.internal.routing.Word.Refusal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes orders for planned changes and answers them. Answers are given on a helper's thread, never
 * on the director's: they are the application's code. Threadsafe.
 */
public final class SwitchoverDesk {
  private final HaDataSourceConfig config;
  private final Executor helpers;
  private final Bulletin bulletin;
  private final Queue<Order> waiting = new ArrayDeque<>(); // guarded by this
  private @Nullable Order current; // guarded by this
  private long newest = SwitchOrder.LOCAL; // guarded by this
  private boolean closed; // guarded by this

  /**
   * An order.
   *
   * @param to who shall be the writer
   * @param id of the one that another member sent; else {@link SwitchOrder#LOCAL}
   * @param answer what came of it
   */
  record Order(String to, long id, CompletableFuture<SwitchoverResult> answer) {}

  SwitchoverDesk(HaDataSourceConfig config, Executor helpers, Bulletin bulletin) {
    this.config = config;
    this.helpers = helpers;
    this.bulletin = bulletin;
  }

  /** Queues an order; whoever directs must be woken. */
  synchronized CompletableFuture<SwitchoverResult> order(String to, long id) {
    Order order = new Order(to, id, new CompletableFuture<>());
    if (closed) {
      refuse(order, "this JVM directs no longer: ask the director");
    } else {
      waiting.add(order);
    }
    return order.answer();
  }

  /**
   * Takes the next order up, or refuses it.
   *
   * @param refusal what speaks against a master, empty text if nothing does
   * @return the master, if it is taken up
   */
  synchronized Optional<String> take(Function<String, String> refusal) {
    Order order = waiting.poll();
    if (order == null) {
      return Optional.empty();
    }
    String why = tooLong();
    why = why.isEmpty() ? refusal.apply(order.to()) : why;
    if (!why.isEmpty()) {
      refuse(order, why);
      return Optional.empty();
    }
    current = order;
    newest = order.id();
    return Optional.of(order.to());
  }

  /** Borrowers must get a connection before their patience ends, also if it all takes long. */
  private String tooLong() {
    SwitchLimits limits = config.timing().switching();
    Duration held = longestHold(config.timing());
    Duration patience = config.timing().borrowTimeout();
    return held.compareTo(patience) < 0
        ? ""
        : "borrowers could be held for %d ms (drain %d, fence %d, catch up %d, a server that hangs %d) and wait for %d only: change one of them"
            .formatted(
                held.toMillis(),
                Drainage.limit(limits.drain()).toMillis(),
                ManagerSession.LOCK_WAIT.toMillis(),
                limits.catchUp().toMillis(),
                config.timing().probeTimeout().toMillis(),
                patience.toMillis());
  }

  /** For how long a planned change holds borrowers, if one server hangs once. */
  static Duration longestHold(TimeLimits limits) {
    return Drainage.limit(limits.switching().drain())
        .plus(ManagerSession.LOCK_WAIT)
        .plus(limits.switching().catchUp())
        .plus(limits.probeTimeout());
  }

  private void refuse(Order order, String why) {
    if (order.id() != SwitchOrder.LOCAL) {
      bulletin.refuse(new Refusal(order.id(), why));
    }
    String message =
        "%s: no switchover to '%s' is begun: %s".formatted(config.name(), order.to(), why);
    helpers.execute(
        () -> order.answer().completeExceptionally(new SwitchoverRefusedException(message)));
  }

  /** The director has taken a step. What is new of a planned change, all members hear. */
  synchronized void follow(DirectorState before, DirectorState state) {
    Order order = current;
    Switchover now = state.switchover().orElse(null);
    if (now == null) {
      return;
    }
    SwitchoverResult result = result(now, state, self());
    if (!now.equals(before.switchover().orElse(null))) {
      bulletin.report(new Progress(newest, result));
    }
    if (order != null && !now.isUnderWay()) {
      current = null;
      answer(order, result);
    }
  }

  private String self() {
    return config.node().member().value();
  }

  /** The director directs no longer. */
  synchronized void close(DirectorState state) {
    closed = true;
    waiting.forEach(order -> refuse(order, "this JVM directs no longer: ask the director"));
    waiting.clear();
    Order order = current;
    if (order != null) {
      String why = "this JVM directs no longer; the next director finishes it or rolls it back";
      SwitchoverResult left =
          state
              .switchover()
              .map(it -> result(it.ended(Outcome.LEFT_TO_SUCCESSOR, why), state, self()))
              .orElseGet(() -> unbegun(order, state, why));
      bulletin.report(new Progress(order.id(), left));
      answer(order, left);
    }
    current = null;
  }

  private SwitchoverResult unbegun(Order order, DirectorState state, String why) {
    Assignment now = state.assignment();
    return new SwitchoverResult(
        now.writer(),
        order.to(),
        Outcome.LEFT_TO_SUCCESSOR,
        why,
        now.generation(),
        List.of(),
        self());
  }

  private void answer(Order order, SwitchoverResult result) {
    helpers.execute(() -> order.answer().complete(result));
  }

  /**
   * What is known of the planned change that was asked for last.
   *
   * @param switchover the change
   * @param state where the director stands
   * @param director who it is
   * @return how it stands, or what came of it
   */
  public static SwitchoverResult result(
      Switchover switchover, DirectorState state, String director) {
    return new SwitchoverResult(
        switchover.from(),
        switchover.to(),
        switchover.outcome(),
        switchover.reason(),
        state.assignment().generation(),
        switchover.passed().stream()
            .map(
                it ->
                    new StepTime(
                        it.step(), Duration.ofNanos(it.atNanos() - switchover.askedNanos())))
            .toList(),
        director);
  }
}
