package io.understudy.ha;

import io.understudy.ha.spi.FenceResult;
import java.time.Duration;
import java.time.Instant;

/**
 * One call of a fence hook, and what came of it. Immutable.
 *
 * @param time when it began
 * @param role the role for which the fence was needed first
 * @param target whom it was to cut off
 * @param level the level of the {@link FencePlan}, from 1
 * @param hook the hook's name
 * @param number which attempt of this hook, from 1
 * @param result what the hook answered, or what kept it from answering
 * @param took how long; so far, if the hook has not returned
 */
public record FenceAttempt(
    Instant time,
    String role,
    MemberId target,
    int level,
    String hook,
    int number,
    FenceResult result,
    Duration took) {}
