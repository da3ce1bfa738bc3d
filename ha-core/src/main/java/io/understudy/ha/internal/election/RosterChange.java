package io.understudy.ha.internal.election;

import io.understudy.ha.internal.election.Standing.Candidate;
import io.understudy.ha.internal.election.Standing.Leader;

/**
 * How the roster changes while the cluster runs, and why two leaders cannot come of it.
 *
 * <p>The roster is the register of the role {@link #ROLE}. Only its leader writes it. As in Raft's
 * change of a single server, a roster is <em>in force</em> at a member as soon as that member has
 * stored it, not when it is committed. All machines of a member change to it in the same step.
 *
 * <h2>Leases</h2>
 *
 * <ol>
 *   <li>Two rosters are <em>neighbours</em> if the votes of one member differ by one. A quorum of
 *       one then has a member in common with every quorum of the other: the votes of both, counted
 *       in the larger roster, would be more than there are.
 *   <li>Everything that counts towards a quorum (votes, acknowledgements) carries the {@link
 *       Roster#stamp() stamp} of the roster in force at its sender, and only what has the
 *       receiver's stamp is counted. So an election or a renewal is the word of a quorum of
 *       <em>one</em> roster. A voter that changes its roster keeps its promises.
 *   <li>So under two neighbours, or under one roster, the argument of {@link RoleMachine} holds as
 *       ever: the voter in common promised one leader and is not free for the next before that
 *       lease is over.
 *   <li>When a roster is committed in an epoch, a quorum of it has it on disk, and what they stored
 *       only grows. A quorum of a neighbour with an older register version needs one of them, so no
 *       lease under that neighbour begins or is renewed from then on, and {@code L} on the slowest
 *       clock later none runs. {@code P} on the leader's own clock is at least that long. A leader
 *       therefore writes the next roster no sooner than {@code P} after it saw the last commit, its
 *       own commit of what it inherited included. Then only the committed roster and its neighbours
 *       can have leases, and those are not neighbours of each other only if one of them belongs to
 *       an older epoch, whose quorums the commit of this epoch has made impossible.
 *   <li>A change is cancelled by writing the former content again, under a new stamp and without a
 *       wait: its quorums are those of the former roster.
 * </ol>
 *
 * <p>A leader of {@link #ROLE} that died may leave a roster which some members stored. The next
 * leader commits what the votes brought it, perhaps the former roster, in its higher epoch. So
 * members go by the <em>register version</em> of what others tell, never by the roster's number,
 * and return to the former roster where they have to.
 *
 * <h2>What is on disk</h2>
 *
 * <p>Leases are not enough. Roles that are at rest have their epochs and registers only on the
 * disks of some quorum, and two changes later a quorum may contain none of these members: an epoch
 * would be won twice, a committed value be forgotten. Raft is safe from that because its log
 * carries both; here every role has a register of its own. So before the next change the leader
 * asks what everybody holds, of which role. The highest of what a quorum answered is carried over
 * when a quorum says that it holds at least that. An answer counts if its sender had stored this
 * very version of the roster: before that it could still take part in a neighbour's quorum.
 *
 * <h2>Permits</h2>
 *
 * <p>A leader gives permits only under a roster that it knows to be committed, so a member that
 * somebody tried to add in vain never had one. A leader that was elected when the roster had just
 * changed counts with permits of members that it does not know: until it has known the roster to be
 * committed for {@code 2P}, which is a lease under the former roster and a permit given at its end.
 */
public final class RosterChange {
  /** The role whose register is the roster. */
  public static final String ROLE = "_roster";

  private RosterChange() {}

  /** Another roster is in force at this member now. */
  static void adopt(Turn turn, Roster roster) {
    if (roster.equals(turn.roster())) {
      return;
    }
    // Votes of the former roster must not count any more; those who gave them are told so.
    if (turn.standing instanceof Candidate candidate) {
      Campaign.withdraw(turn, candidate.poll().epoch(), turn.stepNanos);
    }
    Campaign.abandonCanvass(turn);
    turn.settings = turn.settings.under(roster);
    turn.rosterCommittedNanos = Step.NEVER;
    Fencing.begin(turn);
    if (turn.standing instanceof Leader leader) {
      LeaderDuties.continueUnder(turn, leader);
    }
    if (turn.voting instanceof Voting.Uninformed uninformed) {
      Joining.askAnew(turn, uninformed);
    }
  }

  /** Another member tells of a roster, in the role whose register it is. */
  static void told(Turn turn, Input.RosterTold told) {
    Voter.told(turn, told.value().version().epoch(), told.value());
    if (turn.ballot.register().version().equals(told.value().version())) {
      adopt(turn, told.roster());
    }
  }

  /** The roster in force is known to be committed. */
  static void committed(Turn turn, long sinceNanos) {
    if (turn.rosterCommittedNanos == Step.NEVER) {
      turn.rosterCommittedNanos = sinceNanos;
    }
  }

  /** Whether permits may be given: members that only an attempt would have added get none. */
  static boolean mayPermit(Turn turn) {
    return turn.roster().isSeed() || turn.rosterCommittedNanos != Step.NEVER;
  }

  /** Until when a member that is not in the roster may hold a permit, as a leader begins. */
  static long strangersPermittedUntil(Turn turn) {
    boolean quiet =
        turn.roster().isSeed()
            || (turn.rosterCommittedNanos != Step.NEVER
                && turn.now - turn.rosterCommittedNanos >= 2 * turn.times().promiseNanos());
    return quiet ? turn.now : turn.now + turn.times().promiseNanos();
  }
}
