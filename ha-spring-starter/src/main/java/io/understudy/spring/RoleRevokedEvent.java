package io.understudy.spring;

import io.understudy.ha.Leadership;
import io.understudy.ha.RevokeReason;

/**
 * This application leads a role of {@code ha.roles} no longer. {@code Role.isLeader()} is already
 * false. At shutdown it comes before the web server stops.
 *
 * @param leadership the grant that ended
 * @param reason why
 */
public record RoleRevokedEvent(Leadership leadership, RevokeReason reason) {}
