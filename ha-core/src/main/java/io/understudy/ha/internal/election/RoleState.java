package io.understudy.ha.internal.election;

import org.jspecify.annotations.Nullable;

/**
 * The whole state of one role's machine in one life. Immutable.
 *
 * @param settings what does not change in this life
 * @param ballot what is on disk
 * @param voting whether it votes
 * @param promise the running or last promise, or null
 * @param standing what it does about leadership
 * @param outlook what it believes about the others
 * @param pair what it knows of its peer in a cluster of two
 */
public record RoleState(
    Settings settings,
    Ballot ballot,
    Voting voting,
    @Nullable Promise promise,
    Standing standing,
    Outlook outlook,
    Pair pair) {}
