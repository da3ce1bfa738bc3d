package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RosterMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which the leader of {@link RosterChange#ROLE} changes the roster and members believe
 * each other. Why they are what they are: {@link RosterChange}. Stateless.
 */
public class RosterRules {
  private final Function<List<RosterMember>, Optional<String>> objection;

  /** Makes the rules; every roster will do that has voters and somebody who may lead. */
  public RosterRules() {
    this(any -> Optional.empty());
  }

  /**
   * Makes the rules of a member that will not have just any roster.
   *
   * @param objection what it has against a roster; pure
   */
  public RosterRules(Function<List<RosterMember>, Optional<String>> objection) {
    this.objection = objection;
  }

  /**
   * What this member has against the roster that a goal leads to. The steps on the way may be like
   * it for a while.
   */
  public Optional<String> objection(Roster last) {
    return objection.apply(last.members());
  }

  /** The roster that a goal leads to. */
  public Roster last(Roster roster, long epoch, RosterGoal goal) {
    if (goal instanceof RosterGoal.Have have) {
      return changed(roster, epoch, have.entry().member(), have.entry());
    }
    return goal instanceof RosterGoal.Lack lack
        ? changed(roster, epoch, lack.member(), null)
        : roster;
  }

  /** Whether a roster told by another member takes the place of the own one. */
  public boolean isNewer(Known told, Known own) {
    return told.version().isNewerThan(own.version());
  }

  /** How long the leader waits after a commit before it writes the next roster. */
  public long pauseNanos(TimeValues times) {
    return times.promiseNanos();
  }

  /**
   * How many roles one message names at most. Each takes at most 95 bytes of the 64 KiB that a
   * message has.
   */
  public int namesInOneMessage() {
    return 512;
  }

  /**
   * Whether a member holds all that a quorum held when the roster in force was committed.
   *
   * @param held what the member says it holds, by role
   * @param wanted what it must hold
   */
  public boolean carries(Map<String, Holding> held, Map<String, Holding> wanted) {
    return wanted.entrySet().stream()
        .allMatch(
            entry -> held.getOrDefault(entry.getKey(), Holding.NOTHING).covers(entry.getValue()));
  }

  /**
   * Whether a member says and hears nothing in any role but the roster's own. Who does not know
   * which roster holds could be taken for a voter of one that has been replaced.
   *
   * @param inRosterRole how it takes part in the election of the roster's leader
   */
  public boolean isMute(Voting inRosterRole) {
    return inRosterRole instanceof Voting.Uninformed;
  }

  /** Whether an answer about what a member holds counts under the committed version. */
  public boolean counts(RegisterVersion storedRoster, RegisterVersion committed) {
    return storedRoster.equals(committed);
  }

  /** The next step towards a goal, of at most one vote. */
  public RosterStep next(Roster roster, long epoch, RosterGoal goal) {
    if (goal instanceof RosterGoal.Have have) {
      return towards(roster, epoch, have.entry());
    }
    return goal instanceof RosterGoal.Lack lack
        ? without(roster, epoch, lack.member())
        : new RosterStep.Done();
  }

  private static RosterStep towards(Roster roster, long epoch, RosterMember wanted) {
    RosterMember present = roster.entry(wanted.member());
    if (present == null) {
      return new RosterStep.Propose(changed(roster, epoch, wanted.member(), withVotes(wanted, 0)));
    }
    if (present.witness() != wanted.witness()) {
      return refused(
          RosterStep.Refusal.OTHER_KIND,
          wanted.member()
              + (present.witness() ? " is a witness" : " is no witness")
              + "; remove it before you add it as something else");
    }
    if (present.votes() == wanted.votes()) {
      return new RosterStep.Done();
    }
    return leavesNobody(changed(roster, epoch, wanted.member(), wanted), wanted.member())
        .orElseGet(() -> step(roster, epoch, present, wanted.votes()));
  }

  private static RosterStep without(Roster roster, long epoch, MemberId member) {
    RosterMember present = roster.entry(member);
    if (present == null) {
      return new RosterStep.Done();
    }
    Roster without = changed(roster, epoch, member, null);
    return leavesNobody(without, member)
        .orElseGet(
            () ->
                present.votes() == 0
                    ? new RosterStep.Propose(without)
                    : step(roster, epoch, present, 0));
  }

  private static RosterStep step(Roster roster, long epoch, RosterMember present, int votes) {
    int next = present.votes() + Integer.signum(votes - present.votes());
    return new RosterStep.Propose(
        changed(roster, epoch, present.member(), withVotes(present, next)));
  }

  private static Optional<RosterStep> leavesNobody(Roster last, MemberId member) {
    boolean votes = last.votesOf(m -> true) > 0;
    boolean leads = last.members().stream().anyMatch(entry -> !entry.witness());
    return votes && leads
        ? Optional.empty()
        : Optional.of(
            refused(
                RosterStep.Refusal.NOBODY_LEFT,
                "without "
                    + member
                    + (votes ? " nobody is left that may lead" : " nobody is left that votes")));
  }

  private static RosterStep refused(RosterStep.Refusal refusal, String why) {
    return new RosterStep.Refused(refusal, why);
  }

  private static RosterMember withVotes(RosterMember entry, int votes) {
    return new RosterMember(entry.member(), votes, entry.witness());
  }

  /** The roster with another entry of the member, or without it. */
  static Roster changed(Roster roster, long epoch, MemberId member, @Nullable RosterMember entry) {
    List<RosterMember> members = new ArrayList<>(roster.members());
    members.removeIf(old -> old.member().equals(member));
    if (entry != null) {
      members.add(entry);
    }
    return new Roster(epoch, roster.version() + 1, members);
  }

  /**
   * A roster as one member knows it.
   *
   * @param version the version of the register that holds it
   * @param roster the roster
   */
  public record Known(RegisterVersion version, Roster roster) {}
}
