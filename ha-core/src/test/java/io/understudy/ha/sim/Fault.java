package io.understudy.ha.sim;

/** What the simulator does to a cluster; counted, so that a run that tested nothing is noticed. */
enum Fault {
  MESSAGE_LOST,
  MESSAGE_CUT_OFF,
  MESSAGE_DUPLICATED,
  MESSAGE_LATE,
  SPLIT,
  ONE_WAY,
  LINK_CUT,
  PARTIAL,
  HEALED,
  LEADER_ISOLATED,
  PAUSE,
  PAUSE_IN_STEP,
  SLOW_STEP,
  CLOCK_RATE,
  SUSPENDED,
  SUSPENDED_IN_STEP,
  WALL_CLOCK_SET,
  LIFE_ENDED_BY_CLOCK,
  CRASH,
  CRASH_IN_STEP,
  CRASH_IN_STORE,
  DISK_LOST,
  STORE_FAILED,
  STORE_FAILED_FOR_A_WHILE,
  STORE_SLOW,
  WRONG_VIEW,
  CANDIDACY,
  RESIGN,
  HAND_OVER,
  HANDED_BACK,
  WRITE,
  DEATH_PROVED,
  DEATH_PROVED_LATE,
  ROSTER_WISH,
  OPERATOR,
  PAIR_CUT,
  FENCED,
  FENCE_CONFIRMED,
  FENCE_FAILED,
  FENCE_UNKNOWN,
  OPERATOR_FENCED;

  /** Whether it needs a cluster of two. */
  boolean isOfPairs() {
    return compareTo(PAIR_CUT) >= 0;
  }
}
