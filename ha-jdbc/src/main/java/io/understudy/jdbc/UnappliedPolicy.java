package io.understudy.jdbc;

/** What to do when the next writer cannot apply in time what it received from the last one. */
public enum UnappliedPolicy {
  /** Stay without a writer and try again: no transaction that arrived is overtaken. The default. */
  WAIT,
  /**
   * Open it all the same: what it received and did not apply is missing until replication goes on.
   */
  OPEN
}
