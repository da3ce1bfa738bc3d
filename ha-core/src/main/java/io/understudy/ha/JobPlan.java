package io.understudy.ha;

/**
 * When a job runs.
 *
 * @param name for the log
 * @param job what is done
 * @param firstNanos how long after the start it runs first
 * @param everyNanos how long between two runs; without meaning if it runs once
 * @param repeat how that is counted
 */
record JobPlan(String name, LeaderJobs.Job job, long firstNanos, long everyNanos, Repeat repeat) {
  /** From where the time to the next run is counted. */
  enum Repeat {
    /** From the beginning of a run. */
    RATE,
    /** From its end. */
    DELAY,
    /** There is no next run. */
    NEVER
  }
}
