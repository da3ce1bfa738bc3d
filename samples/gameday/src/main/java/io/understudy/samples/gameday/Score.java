package io.understudy.samples.gameday;

/**
 * What one bad day cost.
 *
 * @param name the fault's name in the report
 * @param title the same for people
 * @param nanosWithoutService the longest time between two acknowledged orders
 * @param answered requests answered with 201
 * @param failed all others
 * @param acknowledged orders that the client holds an id for
 * @param missingOnSurvivor acknowledged orders that the surviving master lacks, found on this day
 * @param duplicateIds ids that stand for two orders, found on this day
 * @param twoLeaders periods with two leaders, found on this day
 */
record Score(
    String name,
    String title,
    long nanosWithoutService,
    long answered,
    long failed,
    long acknowledged,
    long missingOnSurvivor,
    long duplicateIds,
    long twoLeaders) {

  double secondsWithoutService() {
    return nanosWithoutService / 1e9;
  }

  /** Nothing happened that must never happen. */
  boolean isOk() {
    return duplicateIds == 0 && twoLeaders == 0;
  }
}
