package io.understudy.tomcat;

import io.understudy.ha.LeaderInfo;
import java.util.Optional;

/**
 * What the valve last found, with the rejection rendered. Immutable; the valve publishes it in one
 * volatile field. It is never trusted for longer than one request: each gated request evaluates the
 * requirements and uses the decision only if it says the same.
 *
 * @param plan the configuration under which it was made
 * @param failing the requirements that did not hold, 0 if the gate is open
 * @param leader who led the valve's role
 * @param reason why the gate is closed, empty if it is open
 * @param rejection the body of a rejection, empty if the gate is open
 */
record Decision(
    Plan plan, long failing, Optional<LeaderInfo> leader, String reason, String rejection) {

  /** Rejects everything: the valve is not started. */
  static final Decision STOPPED = of(Plan.STOPPED, 1, Optional.empty());

  static Decision of(Plan plan, long failing, Optional<LeaderInfo> leader) {
    if (failing == 0) {
      return new Decision(plan, 0, Optional.empty(), "", "");
    }
    String reason = plan.requirements().reason(failing);
    return new Decision(plan, failing, leader, reason, Pages.rejection(plan, reason, leader));
  }

  boolean isOpen() {
    return failing == 0;
  }

  /** Whether it says what was found now. */
  boolean says(long failingNow) {
    return failing == failingNow && (failing == 0 || leader.equals(plan.leader()));
  }
}
