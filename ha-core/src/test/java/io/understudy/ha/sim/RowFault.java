package io.understudy.ha.sim;

/** What the simulator does to the database that holds a witness; counted like {@link Fault}. */
enum RowFault {
  SLOW,
  RESTARTED,
  RENEWAL_LOST,
  ROW_LOST,
  OUT_OF_REACH,
  DUEL,
  EXECUTED_AFTER_THE_END,
  ANSWER_LOST
}
