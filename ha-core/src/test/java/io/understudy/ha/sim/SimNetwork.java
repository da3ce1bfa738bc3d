package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** Links between members: each direction of each may be cut, and messages suffer the weather. */
final class SimNetwork {
  private final SimCluster cluster;
  private final boolean[][] cut;
  private final long[][] slowness;
  private boolean rough = true;
  private Predicate<Envelope> lost = envelope -> false;
  private Predicate<Envelope> holding = envelope -> false;
  private BiConsumer<SimMember, List<Envelope>> tap = (from, envelopes) -> {};
  private final List<Held> held = new ArrayList<>();

  /** Messages that arrive together. */
  record Parcel(List<Envelope> envelopes) {}

  private record Held(SimMember to, Envelope envelope) {}

  SimNetwork(SimCluster cluster, int size) {
    this.cluster = cluster;
    this.cut = new boolean[size][size];
    this.slowness = new long[size][size];
  }

  /** From now on messages only take their ordinary time, also those that are under way. */
  void calm() {
    rough = false;
    mend();
    cluster.hastenMessages(calmDelayNanos());
  }

  /** Loses what matches from now on, in scenarios. */
  void lose(Predicate<Envelope> which) {
    lost = which;
  }

  /** Keeps what matches under way from now on, in scenarios. */
  void hold(Predicate<Envelope> which) {
    holding = which;
  }

  /** What was held arrives now. */
  void release() {
    holding = envelope -> false;
    held.forEach(message -> cluster.plan(0, message.to(), message.envelope()));
    held.clear();
  }

  /** What was held for one member arrives now as one parcel; the rest stays held. */
  void releaseTogether(SimMember to) {
    List<Envelope> together = new ArrayList<>();
    held.stream().filter(message -> message.to() == to).map(Held::envelope).forEach(together::add);
    held.removeIf(message -> message.to() == to);
    cluster.plan(0, to, new Parcel(together));
  }

  /** Shows somebody everything that is sent together. */
  void tap(BiConsumer<SimMember, List<Envelope>> listener) {
    tap = listener;
  }

  void cut(int from, int to) {
    cut[from][to] = from != to;
  }

  /** Messages take longer on this way. */
  void slow(int from, int to, long extraNanos) {
    slowness[from][to] = extraNanos;
  }

  void mend(int from, int to) {
    cut[from][to] = false;
  }

  void mend() {
    for (boolean[] row : cut) {
      Arrays.fill(row, false);
    }
    for (long[] row : slowness) {
      Arrays.fill(row, 0);
    }
  }

  boolean isCut(int from, int to) {
    return cut[from][to];
  }

  /**
   * Sends together. Each message has its own fate, which is worse than reality: what is neither
   * lost nor late travels and arrives as one.
   */
  void send(SimMember from, SimMember to, List<Envelope> envelopes) {
    tap.accept(from, envelopes);
    List<Envelope> together = new ArrayList<>(envelopes.size());
    for (Envelope envelope : envelopes) {
      if (mayTravel(from, to, envelope)) {
        if (!isLate(to, envelope)) {
          together.add(envelope);
        }
        if (rough && cluster.dice().chance(cluster.weather().duplicate)) {
          cluster.tally().count(Fault.MESSAGE_DUPLICATED);
          deliver(from, to, envelope);
        }
      }
    }
    if (together.size() == 1) {
      deliver(from, to, together.get(0));
    } else if (!together.isEmpty()) {
      deliver(from, to, new Parcel(together));
    }
  }

  private boolean mayTravel(SimMember from, SimMember to, Envelope envelope) {
    if (cut[from.index()][to.index()]) {
      lost(Fault.MESSAGE_CUT_OFF, from, to, envelope);
      return false;
    }
    boolean bad = rough && (cluster.dice().chance(cluster.weather().loss) || losesValue(envelope));
    if (lost.test(envelope) || bad) {
      lost(Fault.MESSAGE_LOST, from, to, envelope);
      return false;
    }
    if (holding.test(envelope)) {
      held.add(new Held(to, envelope));
      return false;
    }
    if (rough && cluster.chaos().plot().intercepts(from, to, envelope)) {
      if (cluster.tracing()) {
        cluster.trace(from, "   intercepted on the way to " + to.id());
      }
      return false;
    }
    return true;
  }

  private boolean isLate(SimMember to, Envelope envelope) {
    boolean late = rough && cluster.dice().chance(cluster.weather().late);
    if (late) {
      cluster.tally().count(Fault.MESSAGE_LATE);
      cluster.plan(lateBy(cluster.dice()), to, envelope);
    }
    return late;
  }

  private boolean losesValue(Envelope envelope) {
    double chance = cluster.weather().loseValues;
    return chance > 0
        && envelope.message() instanceof Message.Heartbeat heartbeat
        && heartbeat.value() != null
        && cluster.dice().chance(chance);
  }

  private void lost(Fault how, SimMember from, SimMember to, Envelope envelope) {
    cluster.tally().count(how);
    if (cluster.tracing()) {
      cluster.trace(from, "   lost on the way to " + to.id() + ": " + envelope.message());
    }
  }

  private void deliver(SimMember from, SimMember to, Object what) {
    long usualDelay = cluster.weather().delayNanos;
    long usual = rough ? usualDelay : Math.min(usualDelay, calmDelayNanos());
    long delay = cluster.dice().between(usual / 2, usual * 3 / 2);
    cluster.plan(delay + slowness[from.index()][to.index()], to, what);
  }

  /** In a network that is fit for the lease, an answer comes well within an eighth of it. */
  private long calmDelayNanos() {
    return cluster.shape().times().leaseNanos() / 50;
  }

  /** Anything up to two promises, and more often than not close to a time that means something. */
  private long lateBy(Dice dice) {
    long lease = cluster.shape().times().leaseNanos();
    long promise = cluster.shape().times().promiseNanos();
    if (dice.chance(0.4)) {
      return dice.between(0, 2 * promise);
    }
    long around = dice.oneOf(lease, promise, lease / 2, promise + lease / 2, 2 * promise);
    return around + dice.between(-lease / 20, lease / 20);
  }
}
