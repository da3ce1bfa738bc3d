package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * A move of a role that has happened.
 *
 * @param epochMillis when, by the wall clock of the member that tells
 * @param role which role
 * @param from who led it; null if nobody did
 * @param to who leads it now; null if it was given up
 * @param reason why
 * @param by who wanted it: a member that decided by its rules, or whoever asked
 */
public record MoveRecord(
    long epochMillis,
    String role,
    @Nullable MemberId from,
    @Nullable MemberId to,
    String reason,
    String by) {}
