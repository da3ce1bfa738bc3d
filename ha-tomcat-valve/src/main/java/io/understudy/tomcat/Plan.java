package io.understudy.tomcat;

import io.understudy.ha.HaNode;
import io.understudy.ha.LeaderInfo;
import java.util.List;
import java.util.Optional;
import org.apache.catalina.connector.Request;
import org.apache.tomcat.util.buf.MessageBytes;
import org.jspecify.annotations.Nullable;

/**
 * The validated configuration of a started valve. Immutable.
 *
 * @param node the member, unless the valve follows a gate of the application's own
 * @param role the role that the member must lead, if any
 * @param requirements all that must hold
 * @param paths which paths are gated
 * @param endpoints where health and leader are served
 * @param retryAfter the bounds of Retry-After
 * @param inContext whether the valve sits in a context, so that paths are relative to it
 */
record Plan(
    @Nullable HaNode node,
    @Nullable LedRole role,
    Requirements requirements,
    PathRules paths,
    Endpoints endpoints,
    RetryAfter retryAfter,
    boolean inContext) {

  /** Rejects everything. */
  static final Plan STOPPED =
      new Plan(
          null,
          null,
          new Requirements(List.of(Requirement.started())),
          PathRules.parse("", ""),
          new Endpoints("", ""),
          new RetryAfter(1, 3),
          false);

  /** The path as the configuration means it: decoded, without path parameters. No copy. */
  MessageBytes pathOf(Request request) {
    return inContext ? request.getRequestPathMB() : request.getDecodedRequestURIMB();
  }

  /** Who leads the valve's role, as far as known. */
  Optional<LeaderInfo> leader() {
    return role == null ? Optional.empty() : role.leader();
  }

  /** How logs name this valve. */
  String who() {
    return node == null ? "valve" : "valve of member " + node.member();
  }
}
