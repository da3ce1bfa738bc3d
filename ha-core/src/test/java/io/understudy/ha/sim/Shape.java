package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.runtime.MemberRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Of what a simulated cluster consists.
 *
 * @param roster the members
 * @param times the time values
 * @param roles the roles that every member but the witnesses runs for
 * @param start with what the directories begin
 */
record Shape(Roster roster, TimeValues times, List<String> roles, Start start) {
  /** With what the directories begin. */
  enum Start {
    /** The cluster's very first start. */
    EMPTY,
    /** It has run before; the role's ballots are there. */
    BALLOTS,
    /** It was founded before, and nobody ever voted in the role. */
    FOUNDED,
    /** It has other roles, and cannot know whether it forgot this one. */
    OTHER_ROLES
  }

  private static final long SECOND = 1_000_000_000L;

  static MemberId member(int index) {
    return MemberId.of("n" + (index + 1));
  }

  static Shape draw(Dice dice) {
    int size = 1 + dice.weighted(new int[] {4, 14, 47, 12, 23});
    List<RosterMember> members = new ArrayList<>();
    boolean weighted = dice.chance(0.2);
    int witness = size > 1 && dice.chance(0.25) ? dice.below(size) : -1;
    int votes = 0;
    for (int i = 0; i < size; i++) {
      int weight = weighted ? dice.weighted(new int[] {2, 4, 3, 1}) : 1;
      votes += weight;
      members.add(new RosterMember(member(i), weight, i == witness));
    }
    if (votes == 0) {
      members.set(0, new RosterMember(member(0), 1, witness == 0));
    }
    double rho = dice.oneOf(0.09, 0.09, 0.09, 0.3, 0.3, 0.01, 0.0);
    long heartbeat = SECOND / dice.oneOf(3, 3, 4, 5, 8);
    List<String> roles = dice.chance(0.15) ? List.of("jobs", "mail") : List.of("jobs");
    Start start =
        dice.oneOf(
            Start.EMPTY,
            Start.EMPTY,
            Start.BALLOTS,
            Start.BALLOTS,
            Start.FOUNDED,
            Start.OTHER_ROLES);
    return new Shape(new Roster(1, members), new TimeValues(SECOND, heartbeat, rho), roles, start);
  }

  int size() {
    return roster.members().size();
  }

  MemberRecord emptyRecord(int index) {
    return new MemberRecord(member(index), "sim", roster, 0, Founding.NONE, new TreeMap<>());
  }

  /**
   * What the directories hold at the beginning. With ballots: the last value committed by a quorum,
   * and stragglers.
   */
  List<MemberRecord> initialRecords(Dice dice) {
    Map<MemberId, Long> lives = new HashMap<>();
    for (int i = 0; i < size(); i++) {
      lives.put(member(i), 1L + i);
    }
    Founding founding = start == Start.FOUNDED ? new Founding(lives, true) : Founding.NONE;
    List<MemberRecord> records = new ArrayList<>();
    long epoch = dice.between(1, 6);
    for (int i = 0; i < size(); i++) {
      SortedMap<String, Ballot> ballots = new TreeMap<>();
      if (start == Start.BALLOTS) {
        boolean straggler = dice.chance(0.2);
        RegisterVersion version = new RegisterVersion(epoch, straggler ? 0 : 1);
        byte[] bytes = straggler ? new byte[0] : ByteBuffer.allocate(8).putLong(-1).array();
        for (String role : roles) {
          ballots.put(
              role, new Ballot(epoch, null, new RegisterValue(version, bytes), Founding.NONE));
        }
      } else if (start == Start.OTHER_ROLES) {
        ballots.put("other", Ballot.BLANK);
      }
      boolean blank = start == Start.EMPTY;
      long promise = blank ? 0 : times.promiseNanos();
      records.add(new MemberRecord(member(i), "sim", roster, promise, founding, ballots));
    }
    return records;
  }
}
