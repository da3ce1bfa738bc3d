package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.OperationRefusedException.Cause;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.internal.group.GroupInput;
import io.understudy.ha.internal.group.GroupMachine;
import io.understudy.ha.internal.group.GroupOutput;
import io.understudy.ha.internal.group.GroupSettings;
import io.understudy.ha.internal.group.GroupState;
import io.understudy.ha.internal.group.GroupStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The resources of one role at this member: what the machine decides, done. Decisions on the
 * election thread, calls on the group's own; see {@link DeadlineGuard} for the end of patience.
 */
final class GroupRuntime {
  private final GroupMachine machine = new GroupMachine();
  private final MemberId self;
  private final String role;
  private final ResourceGroup group;
  private final Links links;
  private final ResourceCalls calls;
  private final GroupReports reports;
  private final byte[] lastWords;
  private final boolean isConditional;
  private final boolean movesInOrder;
  private final List<Runnable> whenStopped = new ArrayList<>();
  private final OneByOne<GroupInput> inputs = new OneByOne<>(this::dealWith);

  /** Whoever waits for the stop; also those of whom the election thread has not heard. */
  private final List<CompletableFuture<Void>> waiting = new CopyOnWriteArrayList<>();

  private final StopDeadline deadline;
  private GroupState state;
  private long wakeAtNanos;
  private @Nullable Grant serving;
  private @Nullable Lease lease;

  /** The moves for which it was stopped, and of which nothing has come yet. */
  private int moves;

  private volatile boolean held;
  private volatile String ineligible = "";
  private volatile boolean closed;

  /** The last leadership of which the machine has heard; the one being served may be news to it. */
  private long lastLed;

  private long stoppedThrough;

  /**
   * What a group is tied to.
   *
   * @param node what all groups of a node share
   * @param role the role, on the election thread
   * @param watch who watches from outside
   * @param notes what commands are under way
   */
  record Links(Groups.Shared node, RoleLinks role, GroupWatch watch, RunNotes notes) {}

  GroupRuntime(RoleSpec spec, MemberId self, Links links) {
    this.self = self;
    this.role = spec.name();
    this.group = spec.group();
    this.isConditional = spec.takeover().isConditional();
    this.movesInOrder = movesInOrder(spec);
    this.links = links;
    this.reports = new GroupReports(self, spec, links.node().events());
    long now = System.nanoTime();
    GroupSettings settings = settings(group);
    this.calls =
        new ResourceCalls("ha-group-" + role, group, links.watch(), links.notes(), this::returned);
    boolean unknown = calls.outlivesProcess();
    this.state = unknown ? GroupState.unknown(settings, now) : GroupState.stopped(settings, now);
    this.wakeAtNanos = now;
    this.ineligible = unknown ? "stops what an earlier process may have left at work" : "";
    this.lastWords = reports.lastWords();
    this.deadline = StopDeadline.of(group.stopTimeout().toNanos(), spec.takeover());
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

  void led(Grant grant, Lease first) {
    serving = grant;
    lease = first;
    take(new GroupInput.Led(grant.epoch()));
    if (!whenStopped.isEmpty()) { // asked for in an earlier leadership, and not given up since
      take(new GroupInput.Yield());
    }
  }

  /** The lease runs longer. */
  void extended(Lease longer) {
    lease = longer;
    setDeadline();
  }

  /** After the election has ended its last lease counts: nobody is left who could stop anything. */
  void lost() {
    if (!closed) {
      long endedNanos = deadline.endedNanos(lease, Clocks.read());
      lease = null;
      take(new GroupInput.Lost(endedNanos));
    }
  }

  /**
   * Stops everything while the role is still led, then runs the task; at once if nothing works, or
   * if it is not led and what an earlier process may have left has failed to stop: that may go on
   * for ever, and the next process begins with it.
   */
  void stopThen(Runnable task) {
    if (state.isStoppingInVain()) {
      task.run();
      return;
    }
    whenStopped.add(task);
    take(new GroupInput.Yield());
  }

  private boolean isLed() {
    return serving != null && !serving.isEnded();
  }

  /**
   * Whether it, or others' belief in it, must come to an end before a leadership that runs does.
   */
  boolean worksForItsLeader() {
    return isLed() && (state.isActive() || isConditional);
  }

  /** The role did not move after all. Not while it may move for another reason. */
  void goOn() {
    if (isLed() && moves == 0) {
      links.role().goOn().run();
    }
  }

  /** Works again for the leadership that it has. */
  void resume() {
    Grant grant = serving;
    if (grant != null && isLed() && moves == 0) {
      take(new GroupInput.Led(grant.epoch()));
    }
  }

  void tick() {
    if (wakeAtNanos != GroupStep.NEVER && System.nanoTime() - wakeAtNanos >= 0) {
      take(new GroupInput.Tick());
    }
  }

  /**
   * Lets nobody stop it by a move in maintenance: what leads next would hold its resources back.
   *
   * @throws OperationRefusedException if it would stop
   */
  void requireMovable() {
    if (state.maintenance() && isLed() && !group.entries().isEmpty()) {
      throw new OperationRefusedException(
          Cause.MAINTENANCE,
          self
              + " leads "
              + role
              + " and the cluster is in maintenance: its resources would stop, and no member would"
              + " start them before maintenance ends; end maintenance first, then ask again");
    }
  }

  /** Nothing is restarted or moved for a while, and nothing begins. */
  void maintenance(boolean on) {
    take(new GroupInput.Maintenance(on));
  }

  /**
   * Of which leadership on, backwards, nothing works here any more; 0 if nothing can be said. Never
   * one that is held: it could begin once more, after a move that was refused.
   */
  long stoppedThrough() {
    return stoppedThrough;
  }

  private void noteWhatHasStopped() {
    if (!state.isActive() && state.led() == 0 && lastLed > stoppedThrough) {
      stoppedThrough = lastLed;
      links.node().changed().run();
    }
  }

  private void noteWhetherHeld() {
    boolean now = state.isHeld();
    if (now != held) {
      held = now;
      reports.held(now);
    }
  }

  /** When time alone makes it do something. */
  long wakeAtNanos() {
    return wakeAtNanos;
  }

  private void take(GroupInput input) {
    inputs.take(input);
  }

  private void dealWith(GroupInput input) {
    GroupStep step = machine.step(state, input, System.nanoTime());
    lastLed = input instanceof GroupInput.Led led ? led.epoch() : lastLed;
    state = step.next();
    wakeAtNanos = step.wakeAtNanos();
    setDeadline();
    noteWhatHasStopped();
    noteWhetherHeld();
    OneByOne.each(step.outputs().iterator(), this::act); // the machine counts on all
  }

  private void setDeadline() {
    if (state.isActive()) {
      deadline.set(state.stopByNanos(), lease, Clocks.read());
    } else {
      deadline.lift();
    }
    links.watch().changed(state, deadline.atNanos());
  }

  private void act(GroupOutput output) {
    if (output instanceof GroupOutput.Call call) {
      begin(call);
    } else if (output instanceof GroupOutput.Interrupt interrupt) {
      calls.interrupt(interrupt.call());
      reports.interrupted();
    } else if (output instanceof GroupOutput.Abandon) {
      calls.abandon();
      reports.abandoned();
    } else if (output instanceof GroupOutput.Stopped) {
      stopped();
    } else if (output instanceof GroupOutput.GiveUp giveUp) {
      giveUp(giveUp.reason());
    } else if (output instanceof GroupOutput.Eligible eligible) {
      ineligible = eligible.reason();
      reports.eligible(ineligible);
      links.node().changed().run();
      links.role().eligibilityChanged().run();
    } else if (output instanceof GroupOutput.Told told) {
      reports.told(told);
    } else if (output instanceof GroupOutput.Halt halt) {
      links.node().lastResort().halt(reports.lastWords(halt));
    }
  }

  private void begin(GroupOutput.Call call) {
    reports.began(call);
    switch (call.operation()) {
      case START -> {
        Grant grant = serving;
        if (grant == null || grant.epoch() != call.epoch()) {
          throw new IllegalStateException(role + " starts for " + call + ", but holds " + grant);
        }
        calls.start(call, grant);
      }
      case STOP -> calls.stop(call);
      case CHECK -> calls.check(call);
    }
  }

  private void stopped() {
    List<Runnable> tasks = List.copyOf(whenStopped);
    whenStopped.clear();
    if (!tasks.isEmpty()) {
      links.role().leave().accept(() -> tasks.forEach(Runnable::run));
    }
  }

  private void giveUp(String reason) {
    if (!reason.isEmpty()) {
      reports.givesUp(reason);
      links.role().leave().accept(() -> links.role().resign().accept(reason));
    }
  }

  // ---- the group's thread ----------------------------------------------------------------------

  private void returned(long call, @Nullable Throwable failure) {
    GroupInput came =
        failure == null
            ? new GroupInput.Done(call)
            : new GroupInput.Failed(call, reports.reasonOf(call, failure));
    links.node().loop().accept(() -> take(came));
  }

  // ---- any thread ------------------------------------------------------------------------------

  /**
   * Stops everything, then has the role move; if it does not move, everything is started again.
   *
   * @param move asks for the move
   * @return what came of the move
   */
  CompletionStage<Void> stoppedFirst(Supplier<CompletionStage<Void>> move) {
    if (!movesInOrder() || closed) {
      return move.get();
    }
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    Executor answers = links.node().answers();
    waiting.removeIf(CompletableFuture::isDone);
    waiting.add(stopped);
    Runnable done = () -> stopped.completeAsync(() -> null, answers);
    links
        .node()
        .loop()
        .accept(
            () -> {
              moves++;
              if (isLed()) {
                stopThen(done);
              } else {
                done.run();
              }
            });
    if (closed) {
      done.run();
    }
    return stopped
        .thenCompose(nothing -> move.get())
        .whenComplete((nothing, failure) -> links.node().loop().accept(this::moveEnded));
  }

  private void moveEnded() {
    moves--;
    goOn();
  }

  /** Election thread. */
  void resetFailCount() {
    take(new GroupInput.ResetFailures());
  }

  Duration stopTimeout() {
    return group.stopTimeout();
  }

  /** Whether there is anything to do before its role moves. */
  boolean movesInOrder() {
    return movesInOrder;
  }

  static boolean movesInOrder(RoleSpec spec) {
    return spec.takeover().isConditional() || !spec.group().entries().isEmpty();
  }

  boolean outlivesProcess() {
    return calls.outlivesProcess();
  }

  /** For which leadership it may be at work, 0 for one of an earlier process; -1 if for none. */
  long atWorkEpoch() {
    return state.isActive() ? state.epoch() : -1;
  }

  /** Why this member may not lead; empty if its resources do not stand in the way. */
  String ineligible() {
    String own = ineligible;
    return own.isEmpty() ? links.watch().objection() : own;
  }

  /** Why nothing of it works though it is led; empty if nothing holds it back. Any thread. */
  String held() {
    return held ? GroupReports.HELD : "";
  }

  /** When the process must end; {@link GroupStep#NEVER} if nothing is at work. */
  long haltAtNanos() {
    return deadline.atNanos();
  }

  /** Whether the process must end when the clocks show that. Takes no lock, allocates nothing. */
  boolean isOverdue(long nanos, long wallMillis) {
    return deadline.isOver(nanos, wallMillis);
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
    calls.close();
  }

  boolean isCurrentThread() {
    return calls.isCurrentThread();
  }

  String role() {
    return role;
  }
}
