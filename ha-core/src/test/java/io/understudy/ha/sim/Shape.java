package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterChange;
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
 * @param row the index of the witness that is a row in a database; -1 if there is none
 * @param spares how many further members may come in the course of time; -1 if the roster is never
 *     changed
 */
record Shape(
    Roster roster, TimeValues times, List<String> roles, Start start, int row, int spares) {
  Shape(Roster roster, TimeValues times, List<String> roles, Start start, int row) {
    this(roster, times, roles, start, row, -1);
  }

  Shape(Roster roster, TimeValues times, List<String> roles, Start start) {
    this(roster, times, roles, start, -1);
  }

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
  private static final List<String> TWO_ROLES = List.of("jobs", "mail");

  static MemberId member(int index) {
    return MemberId.of("n" + (index + 1));
  }

  static Shape draw(Dice dice) {
    return draw(dice, 1 + dice.weighted(new int[] {4, 14, 47, 12, 23}));
  }

  static Shape draw(Dice dice, int size) {
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
    List<String> roles =
        dice.chance(0.15)
            ? dice.oneOf(TWO_ROLES, TWO_ROLES, List.of("jobs", "jobs-2", "mail", "web"))
            : List.of("jobs");
    Start start =
        dice.oneOf(
            Start.EMPTY,
            Start.EMPTY,
            Start.BALLOTS,
            Start.BALLOTS,
            Start.FOUNDED,
            Start.OTHER_ROLES);
    Roster roster = new Roster(1, members);
    TimeValues times = new TimeValues(SECOND, heartbeat, rho);
    int spares = dice.chance(0.2) ? dice.below(Math.max(1, 6 - size)) : -1;
    return new Shape(roster, times, roles, start, -1, spares);
  }

  /** Whether it is two members of equal votes that both may lead. */
  boolean isPair() {
    return size() == 2
        && roster.members().get(0).votes() == roster.members().get(1).votes()
        && roster.members().stream().noneMatch(RosterMember::witness);
  }

  /** All members that there are or may be. */
  int size() {
    return roster.members().size() + Math.max(0, spares);
  }

  /** Whether the roster is changed in the course of time. */
  boolean isChanging() {
    return spares >= 0;
  }

  /** The roles, with that of the roster if it is kept. */
  List<String> allRoles() {
    if (!isChanging()) {
      return roles;
    }
    List<String> all = new ArrayList<>(roles);
    all.add(RosterChange.ROLE);
    return all;
  }

  MemberRecord emptyRecord(int index) {
    return new MemberRecord(
        member(index), "sim", seedOf(member(index)), 0, Founding.NONE, new TreeMap<>());
  }

  /** A later member is configured with itself besides those that it was told of. */
  private Roster seedOf(MemberId member) {
    if (roster.contains(member)) {
      return roster;
    }
    List<RosterMember> members = new ArrayList<>(roster.members());
    members.add(new RosterMember(member, 1, false));
    return new Roster(1, members);
  }

  /**
   * What the directories hold at the beginning. With ballots: the last value committed by a quorum,
   * and stragglers.
   */
  List<MemberRecord> initialRecords(Dice dice) {
    Map<MemberId, Long> lives = new HashMap<>();
    for (int i = 0; i < roster.members().size(); i++) {
      lives.put(member(i), 1L + i);
    }
    Founding founding = start == Start.FOUNDED ? new Founding(lives, true) : Founding.NONE;
    List<MemberRecord> records = new ArrayList<>();
    long epoch = dice.between(1, 6);
    for (int i = 0; i < size(); i++) {
      if (!roster.contains(member(i))) {
        records.add(emptyRecord(i));
        continue;
      }
      SortedMap<String, Ballot> ballots = new TreeMap<>();
      if (start == Start.BALLOTS) {
        boolean straggler = dice.chance(0.2);
        RegisterVersion version = new RegisterVersion(epoch, straggler ? 0 : 1);
        byte[] bytes = straggler ? new byte[0] : ByteBuffer.allocate(8).putLong(-1).array();
        for (String role : roles) {
          ballots.put(
              role, new Ballot(epoch, null, new RegisterValue(version, bytes), Founding.NONE));
        }
        if (isChanging()) {
          ballots.put(RosterChange.ROLE, Ballot.BLANK);
        }
      } else if (start == Start.OTHER_ROLES) {
        ballots.put("other", Ballot.BLANK);
      }
      boolean blank = start == Start.EMPTY;
      long promise = blank ? 0 : times.promiseNanos();
      Founding known = i == row ? Founding.NONE : founding; // a row that is not there knows nothing
      records.add(new MemberRecord(member(i), "sim", roster, promise, known, ballots));
    }
    return records;
  }
}
