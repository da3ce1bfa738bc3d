package io.understudy.tomcat;

import io.understudy.ha.HaNode;
import io.understudy.ha.Role;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests in the application's place. The status is the same for GET, HEAD and OPTIONS,
 * since balancers ask with any of them, and never a redirect, which they take for healthy.
 */
final class Answers {
  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int UNAVAILABLE = 503;
  private static final String METHODS = "GET, HEAD, OPTIONS";

  private Answers() {}

  static void reject(Decision decision, Response response) throws IOException {
    int seconds = decision.plan().retryAfter().drawSeconds();
    response.setHeader("Retry-After", Integer.toString(seconds));
    send(response, UNAVAILABLE, decision.rejection());
  }

  static void health(Plan plan, Request request, Response response) throws IOException {
    if (refusesMethod(request, response)) {
      return;
    }
    long failing = plan.requirements().failing();
    send(response, failing == 0 ? OK : UNAVAILABLE, Pages.health(plan, failing));
  }

  static void leader(Plan plan, Request request, Response response) throws IOException {
    if (refusesMethod(request, response)) {
      return;
    }
    String name = askedRole(plan, request.getQueryString());
    HaNode node = plan.node();
    if (name == null || node == null) {
      sendError(response, BAD_REQUEST, "name a role: ?role=NAME");
      return;
    }
    Optional<Role> role = node.role(name);
    if (role.isEmpty()) {
      String reason = "member " + node.member() + " has not declared role " + name;
      sendError(response, UNAVAILABLE, reason);
      return;
    }
    boolean leading = role.get().isLeader();
    send(response, leading ? OK : UNAVAILABLE, Pages.leader(node, role.get(), leading));
  }

  private static boolean refusesMethod(Request request, Response response) throws IOException {
    String method = request.getMethod();
    if ("GET".equals(method) || "HEAD".equals(method)) {
      return false;
    }
    response.setHeader("Allow", METHODS);
    if ("OPTIONS".equals(method)) {
      return false;
    }
    sendError(response, METHOD_NOT_ALLOWED, "ask with " + METHODS);
    return true;
  }

  /** The role in the query, or else the valve's own. Read here: Tomcat's parameters need more. */
  private static @Nullable String askedRole(Plan plan, @Nullable String query) {
    if (query != null) {
      for (String pair : query.split("&", -1)) {
        if (pair.startsWith("role=")) {
          return decoded(pair.substring("role=".length()));
        }
      }
    }
    return plan.role() == null ? null : plan.role().name();
  }

  private static @Nullable String decoded(String value) {
    try {
      return URLDecoder.decode(value, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static void sendError(Response response, int status, String reason) throws IOException {
    send(response, status, Pages.error(status, reason));
  }

  /**
   * Writes status and body through the writer, not by {@code sendError}: at the engine nobody would
   * render an error page, and below it Tomcat's own page replaces an empty body. The length is
   * right because the body is ASCII.
   */
  private static void send(Response response, int status, String body) throws IOException {
    response.setStatus(status);
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("application/json;charset=UTF-8");
    response.setContentLength(body.length());
    response.getWriter().write(body);
  }
}
