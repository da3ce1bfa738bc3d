package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;

/** What somebody wants the roster to be like. Reached in as many steps as it takes. */
public sealed interface RosterGoal {
  /** The roster has this entry. */
  record Have(RosterMember entry) implements RosterGoal {
    @Override
    public String toString() {
      return entry.member()
          + (entry.witness() ? " as a witness" : "")
          + " with "
          + entry.votes()
          + (entry.votes() == 1 ? " vote" : " votes");
    }
  }

  /** The member is not in the roster. */
  record Lack(MemberId member) implements RosterGoal {
    @Override
    public String toString() {
      return "without " + member;
    }
  }

  /** Whatever is under way is given up. */
  record Cancel() implements RosterGoal {
    @Override
    public String toString() {
      return "without the change that is under way";
    }
  }
}
