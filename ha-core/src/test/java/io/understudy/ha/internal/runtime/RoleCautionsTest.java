package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.Placement;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.RosterMember;
import io.understudy.ha.Takeover;
import io.understudy.ha.internal.election.Roster;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoleCautionsTest {
  private static final Roster ROSTER =
      new Roster(1, List.of(RosterMember.parse("n1"), RosterMember.parse("n2")));
  private static final RoleSpec ROLE = RoleSpec.named("main");

  @Test
  void tellsOfAPreferenceForAStranger() {
    RoleSpec role =
        ROLE.placed(Placement.anywhere().preferring(List.of(MemberId.of("n9"), MemberId.of("n2"))));
    assertEquals(
        List.of(
            "role main prefers n9, but only n1, n2 may lead by the roster: mend the preference or"
                + " the roster"),
        RoleCautions.of(role, ROSTER, true));
  }

  @Test
  void tellsOfAFenceThatNobodyCanMake() {
    RoleSpec role = ROLE.takenOver(Takeover.atOnce().requiringFence());
    assertTrue(RoleCautions.of(role, ROSTER, false).get(0).contains("no fence hook"));
    assertEquals(List.of(), RoleCautions.of(role, ROSTER, true));
    assertEquals(List.of(), RoleCautions.of(ROLE, ROSTER, false));
  }
}
