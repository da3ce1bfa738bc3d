package io.understudy.spring;

import io.understudy.ha.Leadership;

/**
 * This application leads a role of {@code ha.roles}; published to {@code @EventListener} methods.
 * Events of one role come in order on that role's thread, each followed by exactly one {@link
 * RoleRevokedEvent} of the same epoch. {@code Role.isLeader()} is already true, unless the lease
 * has ended since.
 *
 * @param leadership the grant: role, epoch and lease in one
 */
public record RoleElectedEvent(Leadership leadership) {}
