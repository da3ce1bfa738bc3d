package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;

/** What somebody wants the roster to be like. Reached in as many steps as it takes. */
public sealed interface RosterGoal {
  /** The roster has this entry. */
  record Have(RosterMember entry) implements RosterGoal {}

  /** The member is not in the roster. */
  record Lack(MemberId member) implements RosterGoal {}

  /** Whatever is under way is given up. */
  record Cancel() implements RosterGoal {}
}
