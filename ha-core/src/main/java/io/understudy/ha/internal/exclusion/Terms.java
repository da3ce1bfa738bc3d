package io.understudy.ha.internal.exclusion;

/**
 * What a member says of its own group when it puts its name into the register. Whoever comes next
 * judges by these, and not by its own configuration: the two may differ for a while.
 *
 * @param stopLimitNanos how long the whole group may take to stop, on that member's clock
 * @param outlivesProcess whether any resource of the group goes on when the process ends
 * @param guarded whether a child process of the member ends it at the deadline, and then stops what
 *     outlives it
 */
public record Terms(long stopLimitNanos, boolean outlivesProcess, boolean guarded) {}
