package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.runtime.ClockWatch;
import io.understudy.ha.internal.runtime.Lease;
import io.understudy.ha.internal.runtime.MemberCore;
import io.understudy.ha.internal.runtime.StoreFailedException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A member: its clock and disk, which last, and the process of its present life.
 *
 * <p>The core computes a step at one instant. What it does to the world is the matter of {@link
 * SimPorts} and {@link Effects}. A crash may strike before each effect and during a save.
 */
final class SimMember {
  /** Work for a member: a tick. */
  private static final Object TICK = new Object();

  /** The time has come for effects that a life has pending. */
  private record EffectsDue(long incarnation) {}

  private final SimCluster cluster;
  private final int index;
  private final MemberId id;
  private final SimClock clock;
  private final SimStore store;
  private final Deque<Object> inbox = new ArrayDeque<>();
  private final Effects effects;
  private final SimPorts ports;
  private final SimAlarm alarm;
  private final Set<Long> incarnations = new HashSet<>();
  private final Face[] faces;
  private ClockWatch watch;
  private @Nullable MemberCore core;
  private Life life;
  private long pausedUntil = Long.MIN_VALUE;
  private long wallSetBackAt = Long.MIN_VALUE / 2;
  private boolean buried;

  SimMember(SimCluster cluster, int index, SimClock clock, SimStore store) {
    this.cluster = cluster;
    this.index = index;
    this.id = Shape.member(index);
    this.clock = clock;
    this.store = store;
    this.life = new Life(id, 0);
    this.effects = new Effects(cluster, this);
    this.alarm = new SimAlarm(cluster, this);
    this.ports = new SimPorts(cluster, this, effects);
    this.watch = new ClockWatch(cluster.shape().times().leaseNanos(), reading());
    this.faces = new Face[cluster.shape().allRoles().size()];
    freshFaces();
  }

  private void freshFaces() {
    for (int i = 0; i < faces.length; i++) {
      faces[i] = new Face(this);
    }
  }

  // ---- life and death

  /** Begins a new life with what is on disk. */
  void start() {
    long incarnation;
    do {
      incarnation = cluster.dice().between(0x100, 0x10000);
    } while (!incarnations.add(incarnation));
    life = new Life(id, incarnation);
    ports.endStep();
    pausedUntil = Long.MIN_VALUE;
    watch = new ClockWatch(cluster.shape().times().leaseNanos(), reading());
    if (cluster.tracing()) {
      cluster.trace(this, "** starts as " + life + (store.isEmpty() ? ", directory empty" : ""));
    }
    guarded(
        () ->
            core =
                new MemberCore(
                    life, cluster.shape().times(), cluster.election(), ports, store.stored()));
  }

  /** The process ends, whatever it was doing. */
  void crash() {
    if (cluster.tracing()) {
      cluster.trace(this, "** life " + life + " ends");
    }
    core = null;
    cluster.beside().crashed(this);
    inbox.clear();
    effects.forget();
    freshFaces();
    alarm.reset();
  }

  /** The process ends and does not come back. */
  void bury() {
    buried = true;
    crash();
  }

  boolean isBuried() {
    return buried;
  }

  void exhume() {
    buried = false;
  }

  /** The process ends in the middle of what it does: before its n-th effect from now on. */
  void crashAfterEffects(int count) {
    effects.crashAfter(count);
  }

  /** Executes nothing for a while; its clock runs on. */
  void pause(long nanos) {
    if (core != null) {
      pausedUntil = Math.max(pausedUntil, cluster.now() + nanos);
      cluster.plan(pausedUntil - cluster.now(), null, (Runnable) this::resume);
      if (cluster.tracing()) {
        cluster.trace(this, "** paused for " + nanos / 1_000_000 + " ms");
      }
    }
  }

  /** The machine stands still for a while, and its monotonic clock too; whether it does. */
  boolean suspend(long nanos) {
    boolean mayBe = core != null && !isPaused() && !effects.arePending() && maySuspend();
    if (mayBe) {
      clock.suspend(cluster.now(), cluster.now(), nanos);
      cluster.trace(this, "** suspended");
      pause(nanos);
    }
    return mayBe;
  }

  /** What the model excludes: a wall clock that was set back just before hides a suspension. */
  boolean maySuspend() {
    return cluster.weather().suspends
        && !clock.isSuspended(cluster.now())
        && cluster.now() - wallSetBackAt > 2 * cluster.shape().times().leaseNanos();
  }

  /**
   * Sets the wall clock while the process looks. What the model excludes: a clock set back just
   * before or during a suspension hides it.
   */
  boolean setWall(long byNanos) {
    if (core == null || isPaused() || effects.arePending() || clock.isSuspended(cluster.now())) {
      return false;
    }
    offer(TICK);
    if (core == null || isPaused() || effects.arePending() || clock.isSuspended(cluster.now())) {
      return false;
    }
    if (cluster.tracing()) {
      cluster.trace(this, "** wall clock set by " + byNanos / 1_000_000 + " ms");
    }
    clock.setWall(byNanos);
    wallSetBackAt = byNanos < 0 ? cluster.now() : wallSetBackAt;
    offer(TICK);
    return true;
  }

  /** Runs its clock at another rate; not in a slow step, whose times are computed already. */
  void setRate(double rate) {
    if (!isInStep()) {
      clock.setRate(rate, cluster.now());
    }
  }

  private void resume() {
    if (core == null || isPaused()) {
      return;
    }
    if (cluster.tracing()) {
      cluster.trace(this, "** runs again");
    }
    if (!effects.arePending() && cluster.dice().chance(0.5)) {
      execute(TICK);
    }
    work();
  }

  /** Runs again, and has seen what it missed; a slow step still takes its time. */
  void resumeNow() {
    pausedUntil = cluster.now();
    clock.resume(cluster.now());
    effects.crashAfter(-1);
    resume();
    offer(TICK);
  }

  // ---- work

  /** Hands work to the present life; lost if there is none. */
  void offer(Object work) {
    if (core == null
        || (work instanceof SimAlarm.WakeUp wake && alarm.isStale(wake))
        || (work instanceof EffectsDue pending && pending.incarnation() != life.incarnation())) {
      return;
    }
    if (work instanceof EffectsDue) {
      if (!isPaused()) {
        work();
      }
    } else if (isPaused() || effects.arePending()) {
      inbox.add(work);
    } else {
      execute(work);
      work();
    }
  }

  /** Effects first, then what has arrived meanwhile. */
  private void work() {
    while (core != null && !isPaused()) {
      if (effects.arePending()) {
        long delay = effects.nextAt() - cluster.now();
        if (delay > 0) {
          cluster.plan(delay, this, new EffectsDue(life.incarnation()));
          return;
        }
        guarded(effects::performNext);
      } else if (!inbox.isEmpty()) {
        execute(inbox.poll());
      } else {
        return;
      }
    }
  }

  private void execute(Object work) {
    MemberCore running = core;
    if (running == null) {
      return;
    }
    cluster.invariants().begins(this);
    ports.beginStep();
    guarded(
        () -> {
          if (look(running)) {
            run(running, work);
            cluster.placement().worked(this, running);
            cluster.beside().worked(this);
          }
        });
    ports.endStep();
    if (core != null) {
      alarm.set(running.wakeAtNanos());
    }
  }

  /** As production does before everything; whether the life goes on. */
  private boolean look(MemberCore running) {
    ClockWatch.Missed missed = watch.look(reading());
    if (missed.wallJumpMillis() > 0) {
      cluster.tally().count(Fault.LIFE_ENDED_BY_CLOCK);
      cluster.crashed(this);
      return false;
    }
    if (missed.pausedNanos() > 0) {
      running.inputAll(new Input.PeersSeen(Set.of()));
      long soon = cluster.shape().times().heartbeatNanos();
      cluster.later(soon, () -> cluster.chaos().trueView(this));
    }
    for (int role = 0; role < faces.length; role++) {
      if (faces[role].open && !faces[role].leads(ports.nanos())) {
        String name = cluster.shape().allRoles().get(role);
        running.input(name, new Input.Resign(0, null, RevokeReason.LEASE_EXPIRED));
      }
    }
    return core != null;
  }

  private void run(MemberCore running, Object work) {
    if (work instanceof Envelope envelope) {
      receive(running, List.of(envelope));
    } else if (work instanceof SimNetwork.Parcel parcel) {
      receive(running, parcel.envelopes());
    } else if (work == TICK || work instanceof SimAlarm.WakeUp) {
      alarm.rang();
      running.tick();
    } else {
      @SuppressWarnings("unchecked")
      Consumer<MemberCore> call = (Consumer<MemberCore>) work;
      call.accept(running);
    }
  }

  private void receive(MemberCore running, List<Envelope> envelopes) {
    if (cluster.tracing()) {
      for (Envelope envelope : envelopes) {
        cluster.trace(this, "<- " + envelope.from() + " " + envelope.message());
      }
    }
    running.receive(envelopes);
  }

  private void guarded(Runnable action) {
    try {
      action.run();
    } catch (Effects.Crash crash) {
      cluster.crashed(this);
    } catch (StoreFailedException failed) {
      if (effects.arePending()) {
        effects.endAt(ports.realNanos());
      } else {
        cluster.crashed(this);
      }
    }
  }

  // ---- what others look at

  int index() {
    return index;
  }

  MemberId id() {
    return id;
  }

  Life life() {
    return life;
  }

  SimClock clock() {
    return clock;
  }

  SimStore store() {
    return store;
  }

  Face face(int role) {
    return faces[role];
  }

  @Nullable MemberCore core() {
    return core;
  }

  /** The roster that it goes by, or would after a start. */
  Roster roster() {
    return core == null ? store.roster() : core.roster();
  }

  /** Whether it was configured as a witness. */
  boolean isWitness() {
    return cluster.shape().roster().contains(id) && !cluster.shape().roster().mayLead(id);
  }

  boolean isUp() {
    return core != null;
  }

  /** Whether a slow step is not over yet. */
  boolean isInStep() {
    return effects.arePending();
  }

  boolean isPaused() {
    return pausedUntil > cluster.now();
  }

  /** When its present or last pause ends. */
  long pauseEndsAt() {
    return pausedUntil;
  }

  /** What both its clocks show. */
  ClockWatch.Reading reading() {
    return cluster.bug().reading(clock.readAt(ports.realNanos()));
  }

  /** A lease or permit on both clocks. */
  Lease lease(long untilNanos) {
    return cluster.bug().lease(watch.lease(untilNanos), reading());
  }

  /** What its clock shows. */
  long localNanos() {
    return clock.localAt(cluster.now());
  }
}
