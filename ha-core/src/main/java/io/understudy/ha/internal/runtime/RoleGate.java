package io.understudy.ha.internal.runtime;

import io.understudy.ha.FencePlan;
import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.exclusion.ExclusionMachine;
import io.understudy.ha.internal.exclusion.ExclusionSettings;
import io.understudy.ha.internal.exclusion.ExclusionStep;
import io.understudy.ha.internal.exclusion.Terms;
import io.understudy.ha.internal.exclusion.Work;
import io.understudy.ha.internal.facts.RoleReport;
import io.understudy.ha.spi.FenceHook;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gate of one declared role, in the world: clock, lives, fence hook, events and log. A role
 * whose takeover is not conditional has none, and begins at once. Election thread, but for {@link
 * #waiting()}.
 */
final class RoleGate {
  private static final Logger LOG = LoggerFactory.getLogger(RoleGate.class);

  private final String role;
  private final Runnable begin;
  private final Shared shared;
  private final @Nullable TakeoverGate gate;
  private volatile Wait wait = Wait.OVER;
  private volatile @Nullable Work named;
  private String objection = "";

  /**
   * What all gates of a node share.
   *
   * @param config the node's configuration
   * @param lives that lead
   * @param fences has lives fenced
   * @param events gets what people should know
   * @param guarded whether a guardian of this process runs now and knows what is at work of a role
   */
  record Shared(
      HaConfig config, Lives lives, Fences fences, EventBus events, Predicate<String> guarded) {
    private ExclusionSettings settings(RoleSpec spec) {
      FencePlan plan = config.fence();
      return new ExclusionSettings(
          TimeValues.of(config.timing()),
          spec.takeover().fenceRequired(),
          plan == null ? null : mostThatMayBeConfirmed(plan));
    }

    /** One level that helps against what outlives a process is enough to ask: it may confirm. */
    private static FenceHook.Scope mostThatMayBeConfirmed(FencePlan plan) {
      return plan.levels().stream()
          .map(FencePlan.Level::scope)
          .filter(FenceHook.Scope::coversWhatOutlivesProcesses)
          .findFirst()
          .orElse(FenceHook.Scope.PROCESS);
    }
  }

  /** How lives are fenced. Election thread. */
  interface Fences {
    /** Has a life fenced for a role, unless that is under way. */
    void ask(String role, Output.Fence wanted);

    /** The role wants it no more. */
    void callOff(String role);
  }

  /** What is waited for, and since when. */
  private record Wait(String reason, long sinceNanos) {
    static final Wait OVER = new Wait("", 0);
  }

  /**
   * Makes it, closed.
   *
   * @param spec the role
   * @param outlivesProcess whether any of its resources does
   * @param begin tells the application, if it was not told, and has the group work
   * @param shared what all share
   */
  RoleGate(RoleSpec spec, boolean outlivesProcess, Runnable begin, Shared shared) {
    this.role = spec.name();
    this.begin = begin;
    this.shared = shared;
    long stopNanos = spec.group().stopTimeout().toNanos();
    this.gate =
        spec.takeover().isConditional()
            ? new TakeoverGate(
                new ExclusionMachine(),
                shared.settings(spec),
                () -> new Terms(stopNanos, outlivesProcess, shared.guarded().test(role)),
                new World())
            : null;
  }

  private final class World implements TakeoverGate.Ports {
    @Override
    public long nanos() {
      return System.nanoTime();
    }

    @Override
    public Life self() {
      return shared.lives().self();
    }

    @Override
    public @Nullable RoleState role() {
      return shared.lives().state(role);
    }

    @Override
    public void write(byte[] bytes) {
      shared.lives().runIfAlive(core -> core.input(role, new Input.Write(0, bytes)));
    }

    @Override
    public void begin() {
      begin.run();
    }

    @Override
    public void fence(Life target, long epoch, String reason) {
      shared.fences().ask(role, new Output.Fence(target, epoch, reason));
    }

    @Override
    public void waiting(String reason) {
      tell(reason);
    }
  }

  private void tell(String reason) {
    Wait before = wait;
    boolean waits = !reason.isEmpty();
    boolean goesOn = waits && !before.reason().isEmpty();
    wait = waits ? new Wait(reason, goesOn ? before.sinceNanos() : System.nanoTime()) : Wait.OVER;
    MemberId self = shared.config().member();
    if (waits) {
      LOG.warn("{} - {}: {}", self, role, waiting());
    } else {
      LOG.info("{} - {}: waits for no other leader's work any more", self, role);
      shared.fences().callOff(role);
    }
    shared.events().publish(new HaEvent.TakeoverWaiting(Instant.now(), role, waits, waiting()));
  }

  /** What the role waits for, and for how long it has; empty if for nothing. Any thread. */
  String waiting() {
    Wait now = wait;
    if (now.reason().isEmpty()) {
      return "";
    }
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - now.sinceNanos());
    return now.reason() + "; has waited for " + seconds + " s";
  }

  void elected(long epoch) {
    if (gate == null) {
      begin.run();
    } else {
      gate.won(epoch);
    }
  }

  void lost() {
    if (gate != null) {
      gate.lost();
    }
  }

  void committed(RegisterValue value) {
    if (gate != null) {
      gate.committed(value);
    }
  }

  /** Nothing works here any more, and the task lets the role move. */
  void stopped(Runnable task) {
    if (gate == null) {
      task.run();
    } else {
      gate.stopped(task);
    }
  }

  void goOn() {
    if (gate == null) {
      begin.run();
    } else {
      gate.goOn();
    }
  }

  /** What the application writes, with what the gate keeps in front of it. */
  Input complete(Input input) {
    return gate != null && input instanceof Input.Write write
        ? new Input.Write(write.request(), gate.withHeader(write.value()))
        : input;
  }

  /**
   * Time has passed.
   *
   * @return whether {@link #objection} is another than before
   */
  boolean tick() {
    if (gate == null) {
      return false;
    }
    gate.tick();
    named = gate.named();
    if (gate.objection().equals(objection)) {
      return false;
    }
    objection = gate.objection();
    if (!objection.isEmpty()) {
      LOG.error("{} - may not lead {}: {}", shared.config().member(), role, objection);
    }
    return true;
  }

  /**
   * Why this member cannot lead the role by what is in its register; empty if it can. Any thread.
   */
  String objection() {
    return gate == null ? "" : gate.objection();
  }

  /**
   * Whom the register names as perhaps at work, as of the last tick; null for nobody. Any thread.
   */
  @Nullable Work named() {
    return named;
  }

  long wakeAtNanos() {
    return gate == null ? ExclusionStep.NEVER : gate.wakeAtNanos();
  }

  void told(Life from, RoleReport said) {
    if (gate != null) {
      gate.undeclared(from, said.isUndeclared());
      gate.told(from.member(), said.stoppedThrough());
    }
  }

  void fenceAnswered(Input.FenceAnswered answer) {
    if (gate != null) {
      gate.fenceAnswered(answer);
    }
  }

  void confirmedOff(MemberId member) {
    if (gate != null) {
      gate.confirmedOff(member);
    }
  }

  /**
   * See {@link TakeoverGate#confirmedStopped}.
   *
   * @throws OperationRefusedException also if the role waits for nobody's work
   */
  void confirmedStopped(MemberId member, boolean heard) {
    if (gate == null) {
      throw new OperationRefusedException(
          OperationRefusedException.Cause.UNKNOWN_MEMBER,
          "role " + role + " is taken over at once: it waits for nobody's work");
    }
    gate.confirmedStopped(member, heard);
  }

  /** See {@link TakeoverGate#stoppedThrough}; 0 for a role that nobody waits for. */
  long stoppedThrough(long atWorkEpoch) {
    return gate == null ? 0 : gate.stoppedThrough(atWorkEpoch);
  }
}
