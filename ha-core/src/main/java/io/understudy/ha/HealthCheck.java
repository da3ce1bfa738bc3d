package io.understudy.ha;

/**
 * Says whether the application at this member is fit to lead. Eligibility, never a vote: a member
 * that is not fit gives its roles to one that is. See {@link HaNodeBuilder#healthCheck(String,
 * HealthCheck)}.
 */
@FunctionalInterface
public interface HealthCheck {
  /**
   * Returns if all is well. Called on a thread of its own, never twice at once, and interrupted
   * when it takes longer than its time limit: that counts as unhealthy, and it is called again only
   * when it has returned.
   *
   * @throws Exception if the application is not fit to lead; the message is told to people and to
   *     the other members
   */
  void check() throws Exception;
}
