package io.understudy.ha.sim;

/** What must hold after every event; numbers as in the design. */
enum Invariant {
  /** At most one leader per role and epoch. */
  I1_ONE_LEADER_PER_EPOCH,
  /** At most one vote per voter, role and epoch. */
  I1_ONE_VOTE_PER_EPOCH,
  /** At any instant at most one valid lease. */
  I2_ONE_LEASE,
  /** Epochs grow from one announced leadership to the next. */
  I3_EPOCHS_GROW,
  /** A committed register value is never lost or reordered. */
  I4_REGISTER,
  /** Nothing is sent or announced that depends on unsaved state. */
  I5_SAVED_FIRST,
  /** At most one member has the group between start called and stop finished or proved ended. */
  I6_ONE_GROUP,
  /** When faults stop there is a leader in time, and every voter takes part. */
  I7_RECOVERS,
  /** No permit on an older value outlives the settling of a newer one. */
  I8_PERMITS,
  /** Committed rosters differ by one vote at most from one to the next. */
  I9_ROSTERS,
  /**
   * Outputs make sense: nothing is extended that was not opened, no witness leads, no busy loop.
   */
  CONTRACT
}
