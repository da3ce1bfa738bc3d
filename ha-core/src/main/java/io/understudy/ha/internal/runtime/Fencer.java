package io.understudy.ha.internal.runtime;

import io.understudy.ha.FenceAttempt;
import io.understudy.ha.FencePlan;
import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.spi.FenceRequest;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has members fenced: one plan at a time for each target, on a thread of its own, and only for a
 * life of this member that goes on.
 */
final class Fencer {
  /** How many calls of hooks are remembered. */
  static final int HISTORY = 100;

  private static final Logger LOG = LoggerFactory.getLogger(Fencer.class);

  private final HaConfig config;
  private final @Nullable FencePlan plan;
  private final Predicate<Life> goesOn;
  private final Predicate<MemberId> heard;
  private final Consumer<HaEvent> events;
  private final Consumer<Answer> answers;
  private final Map<MemberId, Running> running = new ConcurrentHashMap<>();
  private final Deque<FenceAttempt> history = new ArrayDeque<>();
  private volatile boolean closed;

  /**
   * What a plan came to.
   *
   * @param by the life that asked
   * @param input for its machines
   */
  record Answer(Life by, Input.FenceAnswered input) {}

  /**
   * A plan under way.
   *
   * @param thread runs it
   * @param roles that want it
   */
  private record Running(Thread thread, Set<String> roles) {}

  /**
   * Makes it; nothing runs yet.
   *
   * @param config names the plan, if there is one
   * @param goesOn whether a life of this member goes on; called by any thread
   * @param heard whether a member is heard now; called by any thread
   * @param events gets what people should know
   * @param answers gets what the plan came to, on the plan's thread
   */
  Fencer(
      HaConfig config,
      Predicate<Life> goesOn,
      Predicate<MemberId> heard,
      Consumer<HaEvent> events,
      Consumer<Answer> answers) {
    this.config = config;
    this.plan = config.fence();
    this.goesOn = goesOn;
    this.heard = heard;
    this.events = events;
    this.answers = answers;
  }

  /** Whether a machine may ask this. */
  static boolean endsProcesses(HaConfig config) {
    FencePlan plan = config.fence();
    return plan != null && plan.endsProcesses();
  }

  /** Has a life fenced, unless that is under way. Election thread. */
  void ask(Life by, String role, Output.Fence wanted) {
    FencePlan configured = plan;
    if (configured == null || closed) {
      return;
    }
    MemberId target = wanted.target().member();
    Running before = running.get(target);
    if (before != null) {
      before.roles().add(role);
      return;
    }
    Set<String> roles = ConcurrentHashMap.newKeySet();
    roles.add(role);
    FenceRun run =
        new FenceRun(
            configured,
            request(role, wanted),
            () -> objection(by, target, roles),
            new FenceRun.Reports(config.member(), events, this::remember));
    Thread thread =
        Threads.ordinary(() -> answer(by, wanted.target(), run), "ha-fence-" + target + "-plan");
    running.put(target, new Running(thread, roles));
    try {
      thread.start();
    } catch (OutOfMemoryError e) { // no thread to be had: asked again later
      LOG.error("{} - cannot call the fence hooks for {}: {}", config.member(), target, e);
      running.remove(target);
    }
  }

  private FenceRequest request(String role, Output.Fence wanted) {
    return new FenceRequest(
        config.cluster(),
        role,
        wanted.target().member().value(),
        Long.toHexString(wanted.target().incarnation()),
        config.member().value(),
        wanted.epoch(),
        wanted.reason());
  }

  /**
   * A leader whose lease ends wants no fence for a moment, and then again as a follower. So the
   * target must also be heard before a plan that has begun well is given up.
   */
  private String objection(Life by, MemberId target, Set<String> roles) {
    if (closed) {
      return "this member is closing";
    }
    if (!goesOn.test(by)) {
      return "the life that asked has ended";
    }
    return roles.isEmpty() && heard.test(target)
        ? target + " is heard again, and no role wants it any more"
        : "";
  }

  private void answer(Life by, Life target, FenceRun run) {
    FenceRun.Conclusion end = run.run();
    running.remove(target.member());
    if (end.called()) {
      LOG.warn(
          "{} - fence of {} {}: {}",
          config.member(),
          target.member(),
          end.result().outcome(),
          end.result().detail());
      events.accept(
          new HaEvent.FenceConcluded(
              Instant.now(), run.role(), target.member(), end.scope(), end.result()));
    }
    answers.accept(
        new Answer(
            by, new Input.FenceAnswered(target, end.startedNanos(), end.scope(), end.result())));
  }

  /**
   * A role wants no fence any more: when none does and the target is heard, what is under way ends
   * before the next call of a hook. Election thread.
   */
  void callOff(String role) {
    running.values().forEach(under -> under.roles().remove(role));
  }

  private void remember(FenceAttempt attempt) {
    synchronized (history) {
      if (history.size() == HISTORY) {
        history.removeFirst();
      }
      history.addLast(attempt);
    }
  }

  /** The last calls of hooks, the oldest first. */
  List<FenceAttempt> history() {
    synchronized (history) {
      return List.copyOf(history);
    }
  }

  /** Interrupts what is under way: what it comes to, nobody here will act on. */
  void close() {
    closed = true;
    running.values().forEach(under -> under.thread().interrupt());
  }
}
