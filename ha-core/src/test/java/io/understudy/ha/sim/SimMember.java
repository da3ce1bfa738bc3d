package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.internal.runtime.MemberCore;
import io.understudy.ha.internal.runtime.MemberRecord;
import io.understudy.ha.internal.runtime.Ports;
import io.understudy.ha.internal.runtime.StoreFailedException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A member: its clock and disk, which last, and the process of its present life.
 *
 * <p>The core computes a step at one instant. Its effects (saves, sends, announcements) happen in
 * their order, at once or, when the step is slow or the member paused in the middle of it, later
 * one by one. A crash may strike before each of them and during a save.
 */
final class SimMember implements Ports {
  /** Work for a member: a tick. */
  private static final Object TICK = new Object();

  /** The wake-up that a life asked for. */
  private record WakeUp(long token) {}

  /** The time has come for effects that a life has pending. */
  private record EffectsDue(long incarnation) {}

  private final SimCluster cluster;
  private final int index;
  private final MemberId id;
  private final SimClock clock;
  private final SimStore store;
  private final Deque<Object> inbox = new ArrayDeque<>();
  private final Effects effects;
  private final Set<Long> incarnations = new HashSet<>();
  private final Face[] faces;
  private @Nullable MemberCore core;
  private Life life;
  private long pausedUntil = Long.MIN_VALUE;
  private boolean buried;
  private boolean slow;
  private long lagNanos;
  private long wakeToken;
  private long wakePlannedFor = Step.NEVER;

  SimMember(SimCluster cluster, int index, SimClock clock, SimStore store) {
    this.cluster = cluster;
    this.index = index;
    this.id = Shape.member(index);
    this.clock = clock;
    this.store = store;
    this.life = new Life(id, 0);
    this.effects = new Effects(cluster, this);
    this.faces = new Face[cluster.shape().roles().size()];
    freshFaces();
  }

  private void freshFaces() {
    for (int i = 0; i < faces.length; i++) {
      faces[i] = new Face();
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
    lagNanos = 0;
    slow = false;
    pausedUntil = Long.MIN_VALUE;
    if (cluster.tracing()) {
      cluster.trace(this, "** starts as " + life + (store.isEmpty() ? ", directory empty" : ""));
    }
    guarded(
        () ->
            core =
                new MemberCore(
                    life, cluster.shape().times(), cluster.machine(), this, store.stored()));
  }

  /** The process ends, whatever it was doing. */
  void crash() {
    if (cluster.tracing()) {
      cluster.trace(this, "** life " + life + " ends");
    }
    core = null;
    inbox.clear();
    effects.forget();
    freshFaces();
    wakeToken++;
    wakePlannedFor = Step.NEVER;
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

  void resumeNow() {
    pausedUntil = cluster.now();
    effects.crashAfter(-1);
    resume();
  }

  // ---- work

  /** Hands work to the present life; lost if there is none. */
  void offer(Object work) {
    if (core == null
        || (work instanceof WakeUp wake && wake.token() != wakeToken)
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
        if (delay > 0 && cluster.chaos().isRaging()) {
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
    slow = cluster.chaos().isSlowStep();
    lagNanos = 0;
    guarded(() -> run(running, work));
    slow = false;
    lagNanos = 0;
    if (core != null) {
      planWakeUp(running);
    }
  }

  private void run(MemberCore running, Object work) {
    if (work instanceof Envelope envelope) {
      if (cluster.tracing()) {
        cluster.trace(this, "<- " + envelope.from() + " " + envelope.message());
      }
      running.receive(envelope);
    } else if (work == TICK || work instanceof WakeUp) {
      wakePlannedFor = Step.NEVER;
      running.tick();
    } else {
      @SuppressWarnings("unchecked")
      Consumer<MemberCore> call = (Consumer<MemberCore>) work;
      call.accept(running);
    }
  }

  private void guarded(Runnable action) {
    try {
      action.run();
    } catch (Effects.Crash crash) {
      cluster.crashed(this);
    } catch (StoreFailedException failed) {
      if (effects.arePending()) {
        effects.endAt(cluster.now() + lagNanos);
      } else {
        cluster.crashed(this);
      }
    }
  }

  private void planWakeUp(MemberCore running) {
    long wanted = running.wakeAtNanos();
    if (wanted == wakePlannedFor) {
      return;
    }
    wakePlannedFor = wanted;
    wakeToken++;
    if (wanted != Step.NEVER) {
      long delay = clock.realAt(wanted, cluster.now()) - cluster.now();
      cluster.plan(delay + cluster.chaos().timerLatency(), this, new WakeUp(wakeToken));
    }
  }

  // ---- ports

  @Override
  public long nanos() {
    return clock.localAt(cluster.now() + lagNanos);
  }

  @Override
  public void send(MemberId to, Envelope envelope) {
    if (isDeferring()) {
      effects.sendAt(dueAt(), to, envelope);
    } else {
      effects.send(to, envelope);
    }
  }

  @Override
  public void save(MemberRecord changed) throws IOException {
    if (slow) {
      lagNanos += cluster.chaos().saveNanos();
    }
    boolean fails = store.isFailing();
    store.failing(false);
    if (!fails || cluster.dice().chance(0.5)) { // what is not known to be durable may be
      if (isDeferring()) {
        effects.saveAt(dueAt(), changed);
      } else {
        effects.save(changed);
      }
    }
    if (fails) {
      throw new IOException("simulated");
    }
  }

  @Override
  public void announce(String role, Output announcement) {
    if (isDeferring()) {
      effects.announceAt(dueAt(), role, announcement);
    } else {
      effects.announce(role, announcement);
    }
  }

  private boolean isDeferring() {
    return slow || isPaused() || effects.arePending();
  }

  private long dueAt() {
    lagNanos += slow ? cluster.chaos().pauseInStepNanos() : 0;
    return cluster.now() + lagNanos;
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

  boolean isUp() {
    return core != null;
  }

  boolean isPaused() {
    return pausedUntil > cluster.now();
  }

  /** What its clock shows. */
  long localNanos() {
    return clock.localAt(cluster.now());
  }
}
