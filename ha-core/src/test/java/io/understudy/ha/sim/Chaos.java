package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Makes bad days happen: at random, and at the moments on which safety hangs. */
final class Chaos {
  /** What may happen at random. */
  enum Kind {
    PARTITION,
    PAUSE,
    CRASH,
    CLOCK_RATE,
    CANDIDACY,
    RESIGN,
    WRITE,
    WRONG_VIEW,
    STORE_FAILS,
    OPERATOR,
    SUSPEND,
    WALL_CLOCK
  }

  private final SimCluster cluster;
  private final Dice dice;
  private final long lease;
  private final Partitions partitions;
  private final Mortality mortality;
  private final ClockFaults clockFaults;
  private final Slowness slowness;
  private final Applications applications;
  private Plot plot = new Plot.None();
  private boolean raging;
  private boolean selfHealing;
  private Applications.@Nullable Bid common;

  Chaos(SimCluster cluster) {
    this.cluster = cluster;
    this.dice = cluster.dice();
    this.lease = cluster.shape().times().leaseNanos();
    this.partitions = new Partitions(cluster);
    this.mortality = new Mortality(cluster);
    this.clockFaults = new ClockFaults(cluster);
    this.slowness = new Slowness(cluster, clockFaults);
    this.applications = new Applications(cluster);
  }

  // ---- beginning and end

  /** Starts every member at some time, and lets faults happen from now on. */
  void rage() {
    raging = true;
    selfHealing = true;
    plot = cluster.plot().begin(cluster);
    for (SimMember member : cluster.members()) {
      if (cluster.shape().roster().contains(member.id())) {
        cluster.later(firstStartNanos(), () -> cluster.start(member));
      }
    }
    cluster.later(gap(), this::strike);
  }

  /** Nothing happens by itself; everybody may lead. For scenarios. */
  void script(Applications.Bid bid) {
    common = bid;
  }

  private long firstStartNanos() {
    if (plot.startsAllAtOnce()) {
      return dice.between(0, lease / 100);
    }
    return dice.chance(0.5) ? dice.between(0, lease / 4) : dice.between(0, 3 * lease);
  }

  /** No more faults, and everybody may lead; what is broken stays so until somebody mends it. */
  void stop() {
    raging = false;
    common = applications.drawBid(1);
    for (SimMember member : cluster.members()) {
      for (int role = 0; role < cluster.shape().roles().size(); role++) {
        cluster.run(member, role, common);
      }
    }
  }

  /** Whether members hand the role back to better ones, now that all are as one. */
  boolean handsBack() {
    return common != null && common.handsBack();
  }

  /**
   * Plans something that is part of the faults: it does not happen if they have stopped by then.
   * What stops must stay stopped, or a recovery is judged that was disturbed.
   */
  void later(long nanos, Runnable action) {
    cluster.later(
        nanos,
        () -> {
          if (raging) {
            action.run();
          }
        });
  }

  boolean isRaging() {
    return raging;
  }

  private long gap() {
    int fives = Math.max(1, cluster.shape().size() / 5); // a fault strikes one member or a few
    return dice.between(0, 2 * cluster.weather().gapNanos / fives);
  }

  Plot plot() {
    return plot;
  }

  SimClock drawClock() {
    // Near the overflow as well: nanoTime may start anywhere.
    long offset = dice.chance(0.2) ? Long.MAX_VALUE - dice.between(0, 10 * lease) : dice.number();
    return new SimClock(offset, drawRate());
  }

  /** Within the bound, and a hair away from it for the sake of whole nanoseconds. */
  private double drawRate() {
    double rho = cluster.shape().times().rho();
    double widest = Math.max(0, rho - 1e-6);
    if (cluster.weather().gapNanos > Long.MAX_VALUE / 8) {
      return 1;
    }
    return dice.chance(0.6)
        ? 1 + dice.oneOf(-widest, widest)
        : dice.between(1 - widest, 1 + widest);
  }

  // ---- one random fault

  private void strike() {
    if (!raging) {
      return;
    }
    SimMember member = dice.pick(cluster.members());
    int role = dice.below(cluster.shape().roles().size());
    switch (Kind.values()[dice.weighted(cluster.weather().kinds)]) {
      case PARTITION -> strikePartition();
      case PAUSE -> pause(member);
      case CRASH -> crash(member);
      case CLOCK_RATE -> clockRate(member);
      case CANDIDACY -> applications.run(member, role);
      case RESIGN -> applications.resign(leaderOr(member, role), role);
      case WRITE -> applications.write(leaderOr(member, role), role);
      case WRONG_VIEW -> wrongView(member);
      case STORE_FAILS -> storeFails(member);
      case SUSPEND -> clockFaults.suspend(leaderOr(member, role));
      case WALL_CLOCK -> clockFaults.setWall(leaderOr(member, role));
      case OPERATOR -> operator(member);
    }
    cluster.later(gap(), this::strike);
  }

  private void operator(SimMember member) {
    mortality.diskLoss().operatorConfirms(member);
    cluster.fences().operatorConfirms(member);
  }

  private void strikePartition() {
    if (!cluster.plot().hasPartitions()) {
      partitions.strike();
    }
  }

  private SimMember leaderOr(SimMember otherwise, int role) {
    if (dice.chance(0.8)) {
      for (SimMember member : cluster.members()) {
        if (member.face(role).leads(member.localNanos())) {
          return member;
        }
      }
    }
    return otherwise;
  }

  private void pause(SimMember member) {
    cluster.tally().count(Fault.PAUSE);
    member.pause(slowness.pauseNanos());
  }

  private void crash(SimMember member) {
    if (dice.chance(0.4)) {
      member.crashAfterEffects(dice.below(6));
    } else if (member.isUp()) {
      cluster.crashed(member);
    }
  }

  private void clockRate(SimMember member) {
    cluster.tally().count(Fault.CLOCK_RATE);
    member.setRate(drawRate());
  }

  private void storeFails(SimMember member) {
    long until = cluster.now() + dice.between(0, 6 * lease);
    switch (dice.below(3)) {
      case 0 -> {
        cluster.tally().count(Fault.STORE_FAILED);
        member.store().failing(true);
      }
      case 1 -> {
        cluster.tally().count(Fault.STORE_FAILED_FOR_A_WHILE);
        member.store().failUntil(until);
      }
      default -> {
        cluster.tally().count(Fault.STORE_SLOW);
        member.store().slowUntil(until);
      }
    }
  }

  private void wrongView(SimMember member) {
    cluster.tally().count(Fault.WRONG_VIEW);
    Set<MemberId> seen = new TreeSet<>();
    for (SimMember other : cluster.members()) {
      if (dice.chance(0.5)) {
        seen.add(other.id());
      }
    }
    cluster.inputAll(member, new Input.PeersSeen(seen));
    cluster.later(dice.between(0, 2 * lease), () -> trueView(member));
  }

  // ---- what members see of each other

  /** Everybody notices sooner or later, each in its own time: views overlap and merge. */
  void viewsChanged() {
    if (selfHealing) {
      for (SimMember member : cluster.members()) {
        long delay = dice.chance(0.7) ? lease / 20 : dice.between(0, 2 * lease);
        cluster.later(delay, () -> trueView(member));
      }
    }
  }

  void viewsChangeNow() {
    for (SimMember member : cluster.members()) {
      cluster.later(dice.between(0, lease / 50), () -> trueView(member));
    }
  }

  void trueView(SimMember member) {
    cluster.inputAll(member, new Input.PeersSeen(cluster.reachableFrom(member)));
  }

  // ---- births and deaths

  void started(SimMember member) {
    viewsChanged();
    if (cluster.shape().isChanging()) {
      cluster.keepsRoster(member);
    }
    if (member.isWitness() && !dice.chance(0.1)) {
      return;
    }
    for (int i = 0; i < cluster.shape().roles().size(); i++) {
      int role = i;
      Applications.Bid own = applications.drawBid(0.85);
      long usual = dice.between(0, lease / 20);
      long late = raging ? plot.declaresAfterNanos(member, role) : -1;
      cluster.later(
          late < 0 ? usual : late, () -> cluster.run(member, role, common == null ? own : common));
    }
  }

  void crashed(SimMember member) {
    cluster.tally().count(Fault.CRASH);
    if (selfHealing) {
      mortality.crashed(member, raging);
      viewsChanged();
    }
  }

  // ---- strikes at the right moment

  void sent(SimMember member, Envelope envelope) {
    if (!raging) {
      return;
    }
    plot.sent(member, envelope);
    Message message = envelope.message();
    boolean gaveWord =
        (message instanceof Message.VoteReply vote && vote.granted())
            || (message instanceof Message.HeartbeatReply reply
                && reply.accepted()
                && dice.chance(0.1));
    if (gaveWord && dice.chance(cluster.weather().crashVoter)) {
      crashSoon(member);
    } else if (message instanceof Message.VoteRequest
        && dice.chance(cluster.weather().crashCandidate)) {
      member.crashAfterEffects(dice.below(4));
    }
  }

  private void crashSoon(SimMember member) {
    Life life = member.life();
    cluster.later(
        dice.between(0, lease / 20),
        () -> {
          if (raging && member.isUp() && member.life().equals(life)) {
            cluster.crashed(member);
          }
        });
  }

  void stored(SimMember member) {
    if (raging && dice.chance(cluster.weather().crashCandidate / 4)) {
      member.crashAfterEffects(0);
    }
  }

  void announced(SimMember member, String roleName, Output output) {
    if (raging && output instanceof Output.RosterInForce) {
      plot.announced(member, roleName, output);
    }
    if (!raging || !(output instanceof Output.Elected)) {
      return;
    }
    plot.announced(member, roleName, output);
    int role = Math.max(0, cluster.shape().roles().indexOf(roleName));
    if (dice.chance(0.5)) {
      long delay = dice.between(0, lease / 2);
      cluster.later(delay, () -> applications.write(member, role));
    }
    if (!cluster.plot().hasPartitions() && dice.chance(cluster.weather().strikeLeader)) {
      long delay = dice.chance(0.3) ? 0 : dice.between(0, lease);
      cluster.later(delay, () -> strikeLeader(member));
    }
  }

  private void strikeLeader(SimMember member) {
    if (!raging) {
      return;
    }
    switch (dice.below(5)) {
      case 0 -> pause(member);
      case 2 -> clockFaults.suspend(member);
      case 1 -> crash(member);
      default -> partitions.isolate(member);
    }
  }

  Mortality mortality() {
    return mortality;
  }

  Slowness slowness() {
    return slowness;
  }

  Applications applications() {
    return applications;
  }
}
