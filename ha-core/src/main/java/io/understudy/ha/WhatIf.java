package io.understudy.ha;

/** What could happen, for {@link HaNode#simulate}. */
public sealed interface WhatIf {
  /**
   * A member's process ends, or nobody sees it any more.
   *
   * @param member the member
   */
  record MemberLost(MemberId member) implements WhatIf {}

  /**
   * A member is started, seen, and reports that nothing is against it.
   *
   * @param member the member
   */
  record MemberReturned(MemberId member) implements WhatIf {}

  /**
   * An operator takes a member out of the running, or puts it back.
   *
   * @param member the member
   * @param on whether it goes on standby
   */
  record Standby(MemberId member, boolean on) implements WhatIf {}

  /**
   * A member reaches nothing of the outside any more.
   *
   * @param member the member
   */
  record ConnectivityLost(MemberId member) implements WhatIf {}

  /**
   * A member reaches all of the outside again.
   *
   * @param member the member
   */
  record ConnectivityRegained(MemberId member) implements WhatIf {}

  /**
   * Nothing is moved by itself any more, or again.
   *
   * @param on whether maintenance begins
   */
  record Maintenance(boolean on) implements WhatIf {}

  /**
   * An operator hands a role over.
   *
   * @param role the role
   * @param to who shall lead it
   */
  record RoleMoved(String role, MemberId to) implements WhatIf {}
}
