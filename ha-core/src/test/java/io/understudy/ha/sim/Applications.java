package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Input;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** What the applications of the members ask for: to run or not, to resign, to write. */
final class Applications {
  private final SimCluster cluster;
  private final Dice dice;
  private long requests;
  private long payloads;

  Applications(SimCluster cluster) {
    this.cluster = cluster;
    this.dice = cluster.dice();
  }

  /** Runs for the role from now on, or does not. */
  void run(SimMember member, int role) {
    cluster.tally().count(Fault.CANDIDACY);
    cluster.run(member, role, drawBid(0.6));
  }

  /**
   * How a member runs for a role.
   *
   * @param candidacy whether, and who should lead
   * @param handsBack whether it hands the role to a better-placed member by itself
   */
  record Bid(Input.Candidacy candidacy, boolean handsBack) {
    /** The role stays where it is. */
    static Bid staying(boolean eligible, List<MemberId> preference) {
      return new Bid(new Input.Candidacy(eligible, preference), false);
    }
  }

  Bid drawBid(double eligible) {
    List<MemberId> preference = new ArrayList<>();
    for (RosterMember entry : cluster.shape().roster().members()) {
      preference.add(entry.member());
    }
    Collections.shuffle(preference, new Random(dice.number()));
    List<MemberId> some = preference.subList(0, dice.below(preference.size() + 1));
    return new Bid(new Input.Candidacy(dice.chance(eligible), some), dice.chance(0.3));
  }

  /** Resigns, or hands over to somebody who may be unable to lead. */
  void resign(SimMember member, int role) {
    boolean handOver = dice.chance(0.5);
    cluster.tally().count(handOver ? Fault.HAND_OVER : Fault.RESIGN);
    MemberId successor = handOver ? dice.pick(cluster.members()).id() : null;
    RevokeReason reason = handOver ? RevokeReason.HANDED_OVER : RevokeReason.RESIGNED;
    cluster.input(member, role, new Input.Resign(++requests, successor, reason));
  }

  /** Writes a value that has never been written. */
  void write(SimMember member, int role) {
    cluster.tally().count(Fault.WRITE);
    byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(++payloads).array();
    cluster.input(member, role, new Input.Write(++requests, value));
  }
}
