package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.Resource;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.internal.group.GroupInput;
import io.understudy.ha.internal.group.GroupMachine;
import io.understudy.ha.internal.group.GroupOutput;
import io.understudy.ha.internal.group.GroupSettings;
import io.understudy.ha.internal.group.GroupState;
import io.understudy.ha.internal.group.GroupStep;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resources of one role at this member: what the machine decides, done. Decisions on the
 * election thread, calls on the group's own; see {@link DeadlineGuard} for the end of patience.
 */
final class GroupRuntime {
  private static final Logger LOG = LoggerFactory.getLogger(GroupRuntime.class);

  private final GroupMachine machine = new GroupMachine();
  private final String role;
  private final MemberId self;
  private final ResourceGroup group;
  private final Links links;
  private final GroupCaller caller;
  private final byte[] lastWords;
  private final List<Boolean> outliveProcess;
  private final List<Runnable> whenStopped = new ArrayList<>();

  /** Whoever waits for the stop; also those of whom the election thread has not heard. */
  private final List<CompletableFuture<Void>> waiting = new CopyOnWriteArrayList<>();

  private GroupState state;
  private long wakeAtNanos;
  private @Nullable Grant serving;
  private long leaseUntilNanos = GroupStep.NEVER;
  private volatile long haltAtNanos = GroupStep.NEVER;
  private volatile String ineligible = "";
  private volatile boolean closed;

  /**
   * What a group is tied to.
   *
   * @param node what all groups of a node share
   * @param resign gives the role up, on the election thread
   * @param eligibilityChanged is told on the election thread
   */
  record Links(Groups.Shared node, Runnable resign, Runnable eligibilityChanged) {}

  GroupRuntime(RoleSpec spec, MemberId self, Links links) {
    this.role = spec.name();
    this.self = self;
    this.group = spec.group();
    this.links = links;
    this.caller = new GroupCaller("ha-group-" + role, this::returned);
    long now = System.nanoTime();
    GroupSettings settings = settings(group);
    this.outliveProcess = // asked once and here: it is the application's code
        group.entries().stream().map(entry -> entry.resource().outlivesProcess()).toList();
    boolean unknown = outliveProcess.contains(true);
    this.state = unknown ? GroupState.unknown(settings, now) : GroupState.stopped(settings, now);
    this.wakeAtNanos = now;
    this.ineligible = unknown ? "stops what an earlier process may have left at work" : "";
    this.lastWords =
        LastResort.words(
            self
                + " - role "
                + role
                + ": the lease has ended and the group has not stopped within "
                + group.stopTimeout().toMillis()
                + " ms, and this process has not noticed in time; ends itself with status "
                + LastResort.STATUS);
  }

  private static GroupSettings settings(ResourceGroup group) {
    return new GroupSettings(
        group.entries().stream().map(ResourceGroup.Entry::name).toList(),
        group.checkInterval().toNanos(),
        group.checkTimeout().toNanos(),
        group.startTimeout().toNanos(),
        group.stopTimeout().toNanos(),
        group.restartLimit(),
        group.failureTimeout().toNanos());
  }

  // ---- election thread -------------------------------------------------------------------------

  void led(Grant grant, long untilNanos) {
    serving = grant;
    leaseUntilNanos = untilNanos;
    take(new GroupInput.Led(grant.epoch()));
  }

  /** The lease runs longer. */
  void extended(long untilNanos) {
    leaseUntilNanos = untilNanos;
    setDeadline();
  }

  void lost() {
    long now = System.nanoTime();
    long ended =
        leaseUntilNanos == GroupStep.NEVER || now - leaseUntilNanos < 0 ? now : leaseUntilNanos;
    leaseUntilNanos = GroupStep.NEVER;
    take(new GroupInput.Lost(ended));
  }

  /** Stops everything while the role is still led, then runs the task; at once if nothing works. */
  void stopThen(Runnable task) {
    whenStopped.add(task);
    take(new GroupInput.Yield());
  }

  /** With that condition; else the task runs at once. */
  void stopThenIf(boolean first, Runnable task) {
    if (first && !isEmpty()) {
      stopThen(task);
    } else {
      task.run();
    }
  }

  private boolean isLed() {
    return serving != null && !serving.isEnded();
  }

  /** The role did not move after all. */
  void goOn() {
    Grant grant = serving;
    if (grant != null && isLed()) {
      take(new GroupInput.Led(grant.epoch()));
    }
  }

  void tick() {
    if (wakeAtNanos != GroupStep.NEVER && System.nanoTime() - wakeAtNanos >= 0) {
      take(new GroupInput.Tick());
    }
  }

  /** When time alone makes it do something. */
  long wakeAtNanos() {
    return wakeAtNanos;
  }

  private void take(GroupInput input) {
    GroupStep step = machine.step(state, input, System.nanoTime());
    state = step.next();
    wakeAtNanos = step.wakeAtNanos();
    setDeadline();
    actAll(step.outputs().iterator());
  }

  /** The earlier of what the machine watches, and the end of the lease if it cannot watch. */
  private void setDeadline() {
    long at = GroupStep.NEVER;
    if (state.isActive()) {
      at = state.stopByNanos();
      if (leaseUntilNanos != GroupStep.NEVER) {
        long byLease = leaseUntilNanos + group.stopTimeout().toNanos();
        at = at == GroupStep.NEVER || byLease - at < 0 ? byLease : at;
      }
    }
    haltAtNanos = at;
  }

  /** Each of them, whatever one throws: the machine counts on all. */
  private void actAll(Iterator<GroupOutput> outputs) {
    if (outputs.hasNext()) {
      try {
        act(outputs.next());
      } finally {
        actAll(outputs);
      }
    }
  }

  private void act(GroupOutput output) {
    if (output instanceof GroupOutput.Call call) {
      begin(call);
    } else if (output instanceof GroupOutput.Interrupt interrupt) {
      caller.interrupt(interrupt.call());
      escalate(HaEvent.Escalation.INTERRUPTED);
    } else if (output instanceof GroupOutput.Abandon) {
      caller.abandon();
      escalate(HaEvent.Escalation.ABANDONED);
    } else if (output instanceof GroupOutput.Stopped) {
      stopped();
    } else if (output instanceof GroupOutput.GiveUp giveUp) {
      giveUp(giveUp.reason());
    } else if (output instanceof GroupOutput.Eligible eligible) {
      ineligible = eligible.reason();
      links.eligibilityChanged().run();
    } else if (output instanceof GroupOutput.Told told) {
      tell(told);
    } else if (output instanceof GroupOutput.Halt halt) {
      String words = self + " - role " + role + ": " + halt.reason() + "; this process ends itself";
      links.node().lastResort().halt(LastResort.words(words));
    }
  }

  private void begin(GroupOutput.Call call) {
    Resource resource = group.entries().get(call.resource()).resource();
    switch (call.operation()) {
      case START -> {
        Grant grant = serving;
        if (grant == null || grant.epoch() != call.epoch()) {
          throw new IllegalStateException(role + " starts for " + call + ", but holds " + grant);
        }
        caller.call(call.call(), () -> resource.start(grant));
      }
      case STOP -> {
        boolean diedWithItsProcess = call.epoch() == 0 && !outliveProcess.get(call.resource());
        caller.call(call.call(), diedWithItsProcess ? () -> {} : resource::stop);
      }
      case CHECK -> caller.call(call.call(), resource::check);
    }
  }

  private void stopped() {
    List<Runnable> tasks = List.copyOf(whenStopped);
    whenStopped.clear();
    tasks.forEach(Runnable::run);
  }

  private void giveUp(String reason) {
    if (!reason.isEmpty()) {
      LOG.warn("{} - gives {} up: {}", self, role, reason);
      links.resign().run();
    }
  }

  private void escalate(HaEvent.Escalation step) {
    String reason =
        step == HaEvent.Escalation.INTERRUPTED
            ? "a call of a resource takes too long or is not wanted any more: interrupted"
            : "a call of a resource has ignored its interruption: left alone";
    if (step == HaEvent.Escalation.INTERRUPTED) {
      LOG.info("{} - {}: {}", self, role, reason); // a planned move during a check does that
    } else {
      LOG.warn("{} - {}: {}", self, role, reason);
    }
    links.node().events().publish(new HaEvent.DeadlineStep(Instant.now(), role, step, reason));
  }

  private void tell(GroupOutput.Told told) {
    String name = group.entries().get(told.resource()).name();
    HaEvent.ResourceState what = HaEvent.ResourceState.valueOf(told.happening().name());
    if (what == HaEvent.ResourceState.FAILED) {
      LOG.warn(
          "{} - {}: resource {} failed ({} failures): {}",
          self,
          role,
          name,
          told.failures(),
          told.reason());
    } else {
      LOG.info("{} - {}: resource {} {} {}", self, role, name, what, told.reason());
    }
    links
        .node()
        .events()
        .publish(
            new HaEvent.ResourceChanged(
                Instant.now(), role, name, what, told.failures(), told.reason()));
  }

  // ---- the group's thread ----------------------------------------------------------------------

  private void returned(long call, @Nullable Throwable failure) {
    GroupInput came =
        failure == null
            ? new GroupInput.Done(call)
            : new GroupInput.Failed(call, reasonOf(call, failure));
    links.node().loop().accept(() -> take(came));
  }

  /** Here and not on the election thread: an exception of the application is its code, too. */
  private String reasonOf(long call, Throwable failure) {
    try {
      LOG.debug("{} - {}: call {} failed", self, role, call, failure);
      String message = failure.getMessage();
      return message == null || failure instanceof RuntimeException || failure instanceof Error
          ? failure.toString()
          : message;
    } catch (Throwable e) { // the group must hear of it in any case
      return failure.getClass().getName();
    }
  }

  // ---- any thread ------------------------------------------------------------------------------

  /**
   * Stops everything, then has the role move; if it does not move, everything is started again.
   *
   * @param move asks for the move
   * @return what came of the move
   */
  CompletionStage<Void> stoppedFirst(Supplier<CompletionStage<Void>> move) {
    if (isEmpty() || closed) {
      return move.get();
    }
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    Executor answers = links.node().answers();
    waiting.removeIf(CompletableFuture::isDone);
    waiting.add(stopped);
    Runnable done = () -> stopped.completeAsync(() -> null, answers);
    links.node().loop().accept(() -> stopThenIf(isLed(), done));
    if (closed) {
      done.run();
    }
    return stopped
        .thenCompose(nothing -> move.get())
        .whenComplete(
            (nothing, failure) -> {
              if (failure != null) {
                links.node().loop().accept(this::goOn);
              }
            });
  }

  /** Election thread. */
  void resetFailCount() {
    take(new GroupInput.ResetFailures());
  }

  Duration stopTimeout() {
    return group.stopTimeout();
  }

  boolean isEmpty() {
    return group.entries().isEmpty();
  }

  /** Why this member may not lead; empty if its resources do not stand in the way. */
  String ineligible() {
    return ineligible;
  }

  /** When the process must end; {@link GroupStep#NEVER} if nothing is at work. */
  long haltAtNanos() {
    return haltAtNanos;
  }

  byte[] lastWords() {
    return lastWords;
  }

  /**
   * Its calls come to nothing any more; whoever waits goes on. What has not stopped keeps its
   * deadline: nobody is left who could stop it.
   */
  void close() {
    closed = true;
    Executor answers = links.node().answers();
    waiting.forEach(stopped -> stopped.completeAsync(() -> null, answers));
    caller.close();
  }

  boolean isCurrentThread() {
    return caller.isCurrentThread();
  }

  String role() {
    return role;
  }
}
