package io.understudy.ha;

import java.time.Instant;
import java.util.Optional;

/**
 * A move of a role, as one member saw it. Immutable.
 *
 * @param time when, by that member's wall clock
 * @param role which role
 * @param from who led it before; empty if that is not known
 * @param to who leads it now; empty if it was given up
 * @param reason why; known at the member that decided it
 * @param by who wanted it: the rules of placement, whoever asked, or the election
 */
public record Move(
    Instant time,
    String role,
    Optional<MemberId> from,
    Optional<MemberId> to,
    String reason,
    String by) {}
