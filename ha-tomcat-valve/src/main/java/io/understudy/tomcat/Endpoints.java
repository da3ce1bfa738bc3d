package io.understudy.tomcat;

import org.apache.tomcat.util.buf.MessageBytes;

/**
 * Where the valve answers by itself; an empty path serves nothing.
 *
 * @param health the path of the health answer
 * @param leader the path of the leader answer
 */
record Endpoints(String health, String leader) {
  Endpoints {
    check("healthPath", health);
    check("leaderPath", leader);
    if (!health.isEmpty() && health.equals(leader)) {
      throw new IllegalArgumentException(
          "healthPath and leaderPath are both '" + health + "'; give two different paths");
    }
  }

  private static void check(String property, String path) {
    if (!path.isEmpty()) {
      PathRules.checked(property, path);
    }
  }

  boolean isHealth(MessageBytes path) {
    return !health.isEmpty() && path.equals(health);
  }

  boolean isLeader(MessageBytes path) {
    return !leader.isEmpty() && path.equals(leader);
  }
}
