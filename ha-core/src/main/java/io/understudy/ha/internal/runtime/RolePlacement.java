package io.understudy.ha.internal.runtime;

import io.understudy.ha.Explanation;
import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.internal.placement.Candidate;
import io.understudy.ha.internal.placement.ClusterFacts;
import io.understudy.ha.internal.placement.Decision;
import io.understudy.ha.internal.placement.Exclusion;
import io.understudy.ha.internal.placement.ExplainedRole;
import io.understudy.ha.internal.placement.PlacementMachine;
import io.understudy.ha.internal.placement.PlacementSettings;
import io.understudy.ha.internal.placement.PlacementState;
import io.understudy.ha.internal.placement.PlacementStep;
import io.understudy.ha.internal.placement.RoleRules;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One role's place, as this member sees it. Election thread, but for the volatile getters. */
final class RolePlacement {
  private static final Logger LOG = LoggerFactory.getLogger(RolePlacement.class);

  private final RoleRules rules;
  private final PlacementMachine machine;
  private final Actions actions;
  private final MoveLog moves;
  private final RulesWatch rulesWatch;
  private volatile PlacementState state = PlacementState.NEW;
  private long wakeAtNanos = PlacementStep.NEVER;
  private boolean begun;
  private boolean looked;
  private String decided = "";
  private volatile boolean mayRun;
  private volatile String whyNot = "has not looked at its own condition yet";
  private volatile List<MemberId> order;

  /** Does what is decided. */
  interface Actions {
    /** Whether this member runs, or in which order members do, has changed. */
    void entered();

    /** Whether nothing but placement keeps this member from leading. */
    boolean mayAct();

    /** Hands the role over; nothing of it works here any more when it moves. */
    CompletionStage<?> handOver(MemberId to);

    /** Gives the role up, in the same way. */
    CompletionStage<?> giveUp();

    /** Does something on the election thread. */
    void later(Runnable task);
  }

  RolePlacement(
      RoleRules rules,
      PlacementSettings settings,
      Actions actions,
      MoveLog moves,
      EventBus events) {
    this.rules = rules;
    this.machine = new PlacementMachine(rules, settings);
    this.actions = actions;
    this.moves = moves;
    this.rulesWatch = new RulesWatch(rules.role(), events);
    this.order = rules.placement().preference();
  }

  // ---- any thread ------------------------------------------------------------------------------

  RoleRules rules() {
    return rules;
  }

  /** Whether this member may run for the role; not before it has looked once. */
  boolean mayRun() {
    return mayRun;
  }

  /** Why not; empty if it may. */
  String whyNot() {
    return whyNot;
  }

  /** Who should lead, best first. */
  List<MemberId> order() {
    return order;
  }

  // ---- election thread -------------------------------------------------------------------------

  boolean isDue(long nowNanos) {
    return wakeAtNanos != PlacementStep.NEVER && nowNanos - wakeAtNanos >= 0;
  }

  /** The earlier of that time and its own. */
  long earlier(long othersNanos) {
    boolean mine =
        wakeAtNanos != PlacementStep.NEVER
            && (othersNanos == PlacementStep.NEVER || wakeAtNanos - othersNanos < 0);
    return mine ? wakeAtNanos : othersNanos;
  }

  /** From now on it decides: the role is declared, and all that was asked for before is done. */
  void begin() {
    begun = true;
    wakeAtNanos = System.nanoTime();
  }

  void look(ClusterFacts facts) {
    if (!begun) {
      return;
    }
    PlacementStep step = machine.step(state, facts, System.nanoTime());
    state = step.next();
    wakeAtNanos = step.wakeAtNanos();
    boolean changed = !looked || step.mayRun() != mayRun || !step.order().equals(order);
    looked = true;
    mayRun = step.mayRun();
    whyNot = step.whyNot();
    order = step.order();
    if (changed) {
      actions.entered();
    }
    rulesWatch.look(facts);
    if (actions.mayAct()) {
      act(facts.self(), step.decision());
    } else if (!(step.decision() instanceof Decision.Nothing)) {
      state = state.withoutAttempt(); // it leaves already, or stays after all
    }
  }

  private void act(MemberId self, Decision decision) {
    if (decision instanceof Decision.HandOver move) {
      LOG.info("{} - hands {} over to {}: {}", self, rules.role(), move.to(), move.reason());
      decided = decision.reason();
      watch(actions.handOver(move.to()));
    } else if (decision instanceof Decision.GiveUp) {
      LOG.warn("{} - gives {} up: {}", self, rules.role(), decision.reason());
      decided = decision.reason();
      watch(actions.giveUp());
    }
  }

  private void watch(CompletionStage<?> move) {
    PlacementState.@Nullable Attempt attempt = state.attempt();
    var unused =
        move.whenComplete(
            (done, failure) -> {
              actions.later(
                  () -> {
                    if (failure == null) {
                      done(attempt);
                    } else {
                      failed(attempt, Audit.causeOf(failure));
                    }
                  });
            });
  }

  /** It may lead again by now, without having seen the successor lead. */
  private void done(PlacementState.@Nullable Attempt attempt) {
    if (attempt != null && attempt.equals(state.attempt())) {
      state = state.withoutAttempt();
      wakeAtNanos = System.nanoTime();
    }
  }

  /** The next look finds another way, or waits. */
  private void failed(PlacementState.@Nullable Attempt attempt, Throwable failure) {
    if (!Objects.equals(attempt, state.attempt())) {
      return; // it counts as failed already: it took too long, or others are known to lead
    }
    long now = System.nanoTime();
    String reason = Audit.reasonOf(failure);
    boolean wasAccepted =
        failure instanceof OperationRefusedException refused
            && refused.refusal() == OperationRefusedException.Cause.NOT_ELECTED;
    state =
        wasAccepted
            ? machine.moveInVain(state, reason, now)
            : machine.moveFailed(state, reason, now);
    wakeAtNanos = now;
  }

  /** Somebody moves the role. */
  void expect(String by) {
    moves.expect(rules.role(), by.equals(MoveLog.BY_RULES) ? decided : "asked for", by);
  }

  /** What came of that: if it was refused, a later move has another cause. Any thread. */
  void asked(@Nullable Object done, @Nullable Throwable refusal) {
    if (refusal != null) {
      moves.forget(rules.role());
    }
  }

  /** Its resources have failed here, so it is given up. */
  void failed(String reason) {
    moves.expect(rules.role(), reason, MoveLog.BY_RULES);
  }

  /** This member leads it no longer. */
  void lost(String reason) {
    moves.lost(rules.role(), reason);
  }

  /** Another leader is known, or none. */
  void seen(Optional<MemberId> leader) {
    moves.seen(rules.role(), leader);
  }

  // ---- any thread ------------------------------------------------------------------------------

  /**
   * Why it is where it is.
   *
   * @param alarms what keeps it from working though it is led, or from being led
   */
  Explanation explain(ClusterFacts facts, List<String> alarms) {
    ExplainedRole explained = machine.explain(state, facts, System.nanoTime());
    return new Explanation(
        rules.role(),
        facts.self(),
        Optional.ofNullable(facts.leaders().get(rules.role())),
        explained.ranking().candidates().stream().map(RolePlacement::candidate).toList(),
        Stream.concat(Stream.of(explained.verdict()), alarms.stream())
            .collect(Collectors.joining("; at present it ")),
        Stream.concat(alarms.stream(), explained.warnings().stream()).toList(),
        moves.of(rules.role()));
  }

  private static Explanation.Candidate candidate(Candidate ranked) {
    return new Explanation.Candidate(
        ranked.member(),
        ranked.score(),
        ranked.parts().stream()
            .map(part -> new Explanation.Part(part.name(), part.points()))
            .toList(),
        ranked.exclusions().stream().map(Exclusion::text).toList(),
        ranked.reported());
  }
}
