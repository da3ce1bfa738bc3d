package io.understudy.ha.internal.election;

/** What is to be done next for a {@link RosterGoal}. */
public sealed interface RosterStep {
  /** Nothing: the goal is reached. */
  record Done() implements RosterStep {}

  /** Write this roster. */
  record Propose(Roster next) implements RosterStep {}

  /** It cannot be reached. */
  record Refused(Refusal refusal, String why) implements RosterStep {}

  /** Why a roster is not changed. */
  enum Refusal {
    /** The member is not in the roster. */
    UNKNOWN_MEMBER,
    /** It is there as a witness and is to be none, or the other way round. */
    OTHER_KIND,
    /** Nobody would be left that votes, or that may lead. */
    NOBODY_LEFT,
    /** The register does not hold so many members. */
    TOO_LARGE,
    /** Another change is under way. */
    BUSY,
    /** There is nothing to cancel. */
    IDLE,
    /** Somebody cancelled it. */
    CANCELLED,
    /** It is to be removed, leads the roster, and finds nobody to hand over to. */
    NO_SUCCESSOR,
    /** Two voting members would be left, and nobody to decide between them. */
    NO_THIRD_VOTE
  }
}
