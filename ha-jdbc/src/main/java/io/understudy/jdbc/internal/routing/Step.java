package io.understudy.jdbc.internal.routing;

import java.util.Optional;

/**
 * The result of one input.
 *
 * @param next the state from now on
 * @param action what to do, if anything; its end comes back as an input
 */
public record Step(DirectorState next, Optional<Action> action) {}
