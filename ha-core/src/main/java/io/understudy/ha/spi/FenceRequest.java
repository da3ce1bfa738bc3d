package io.understudy.ha.spi;

/**
 * Whom to fence, and why. Immutable.
 *
 * @param cluster the cluster's name
 * @param role the role for which it is needed first; one fence serves all roles
 * @param target the member to cut off
 * @param targetIncarnation the life of it that is known, in hexadecimal as in the event {@code
 *     Started}; empty if none is
 * @param requester the member that asks
 * @param epoch the requester's epoch of the role
 * @param reason why, one sentence for people
 */
public record FenceRequest(
    String cluster,
    String role,
    String target,
    String targetIncarnation,
    String requester,
    long epoch,
    String reason) {}
