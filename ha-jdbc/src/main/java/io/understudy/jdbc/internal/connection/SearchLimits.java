package io.understudy.jdbc.internal.connection;

import java.time.Duration;

/**
 * What binds a search for commit tokens.
 *
 * @param longest how long one search may take
 * @param opensUnapplied whether a server may become the writer that has not applied all that it
 *     received; then a missing token proves nothing
 */
public record SearchLimits(Duration longest, boolean opensUnapplied) {}
