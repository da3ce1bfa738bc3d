package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;

/** What could happen, for a dry run. */
public sealed interface Change {
  /** A member's process ends, or nobody sees it any more. */
  record MemberLost(MemberId member) implements Change {}

  /** A member is started, seen, and reports that nothing is against it. */
  record MemberReturned(MemberId member) implements Change {}

  /** An operator takes a member out of the running, or puts it back. */
  record Standby(MemberId member, boolean on) implements Change {}

  /** A member reaches nothing of the outside any more. */
  record ConnectivityLost(MemberId member) implements Change {}

  /** A member reaches all of the outside again. */
  record ConnectivityRegained(MemberId member) implements Change {}

  /** Nothing is moved by itself any more, or again. */
  record Maintenance(boolean on) implements Change {}

  /** An operator hands a role over. */
  record RoleMoved(String role, MemberId to) implements Change {}
}
