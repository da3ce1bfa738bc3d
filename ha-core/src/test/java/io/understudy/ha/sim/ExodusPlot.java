package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.RosterChange;
import io.understudy.ha.internal.election.RosterGoal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A role rests, and of the three members that have its last value on their disks two lose their
 * votes, one after the other. Then the two that do not have it elect without them.
 *
 * <pre>
 *   A B C | D E             A leads and writes; D and E hear nothing of it
 *   A B C   D E             nobody runs for the role, and nothing of it gets through
 *   A B(0) C(0) D E         people wish so; two of three votes would be D and E
 *   A B C | D E             D and E run for it
 * </pre>
 *
 * Nobody carries the value over here, so a healthy keeper of the roster never gets as far as the
 * second wish. Were it to, D or E would lead with what was committed before.
 */
final class ExodusPlot implements Plot {
  private enum Phase {
    WAITING,
    WRITING,
    LEAVING,
    LEFT,
    OVER
  }

  /**
   * Five members of one vote each, so that two and the last of the others are a quorum of three.
   */
  private static final int SIZE = 5;

  private static final int STAY = 2;

  private final SimCluster cluster;
  private final Dice dice;
  private final long lease;
  private final List<SimMember> leaving = new ArrayList<>();
  private final List<SimMember> staying = new ArrayList<>();
  private Phase phase = Phase.WAITING;
  private long requests = 2_000_000;

  ExodusPlot(SimCluster cluster) {
    this.cluster = cluster;
    this.dice = cluster.dice();
    this.lease = cluster.shape().times().leaseNanos();
    long promise = cluster.shape().times().promiseNanos();
    later(promise + dice.between(0, 2 * promise), this::write);
    later(16 * promise, this::end);
  }

  static boolean isPossible(Shape shape) {
    return shape.isChanging()
        && shape.size() == SIZE
        && shape.roster().members().stream().allMatch(m -> m.votes() == 1 && !m.witness());
  }

  @Override
  public boolean startsAllAtOnce() {
    return true;
  }

  @Override
  public boolean intercepts(SimMember from, SimMember to, Envelope envelope) {
    return phase == Phase.LEAVING && !envelope.role().equals(RosterChange.ROLE);
  }

  // ---- phases

  /** The last value is on the disks of those who will leave. */
  private void write() {
    SimMember leader = leader();
    if (leader == null) {
      later(lease / 4, this::write);
      return;
    }
    List<SimMember> others = new ArrayList<>(cluster.members());
    others.remove(leader);
    Collections.shuffle(others, new Random(dice.number()));
    staying.addAll(others.subList(0, STAY));
    leaving.addAll(others.subList(STAY, others.size()));
    leaving.add(dice.below(leaving.size() + 1), leader);
    become(Phase.WRITING);
    separate();
    cluster.chaos().applications().write(leader, 0);
    later(dice.between(lease / 8, lease / 2), this::rest);
  }

  private void rest() {
    cluster.members().forEach(member -> run(member, false));
    become(Phase.LEAVING);
    cluster.network().mend();
    cluster.chaos().viewsChanged();
    later(lease / 8, this::wish);
  }

  private void wish() {
    if (phase != Phase.LEAVING) {
      return;
    }
    for (SimMember member : leaving.subList(0, leaving.size() - 1)) {
      if (votesOf(member) > 0) {
        cluster.tally().count(Fault.ROSTER_WISH);
        RosterMember without = new RosterMember(member.id(), 0, false);
        cluster.wish(dice.pick(cluster.members()), ++requests, new RosterGoal.Have(without));
        later(lease / 4, this::wish);
        return;
      }
    }
    become(Phase.LEFT);
    separate();
    staying.forEach(member -> run(member, true));
  }

  private void end() {
    become(Phase.OVER);
    cluster.network().mend();
    cluster.chaos().viewsChanged();
    cluster.members().forEach(member -> run(member, true));
  }

  // ---- means

  private void later(long nanos, Runnable action) {
    cluster.chaos().later(nanos, action);
  }

  private @Nullable SimMember leader() {
    return cluster.members().stream()
        .filter(member -> member.isUp() && member.face(0).leads(member.localNanos()))
        .findFirst()
        .orElse(null);
  }

  /** By what those who stay know. */
  private int votesOf(SimMember member) {
    MemberId id = member.id();
    return staying.stream().mapToInt(m -> m.roster().votesOf(id::equals)).max().orElse(1);
  }

  private void run(SimMember member, boolean eligible) {
    for (int role = 0; role < cluster.shape().roles().size(); role++) {
      cluster.run(member, role, Applications.Bid.staying(eligible, List.of()));
    }
  }

  private void separate() {
    for (SimMember here : staying) {
      for (SimMember there : leaving) {
        cluster.network().cut(here.index(), there.index());
        cluster.network().cut(there.index(), here.index());
      }
    }
    cluster.chaos().viewsChanged();
  }

  private void become(Phase next) {
    phase = next;
    if (cluster.tracing()) {
      cluster.trace(null, "** plot: " + next);
    }
  }
}
