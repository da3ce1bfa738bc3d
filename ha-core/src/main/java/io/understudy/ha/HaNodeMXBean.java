package io.understudy.ha;

import java.util.List;
import java.util.Map;

/**
 * A node as JMX shows it; see {@link HaNodeJmx}. Attributes come from memory and block nobody. An
 * operation waits up to five seconds until it is done, and throws {@link IllegalStateException}
 * with the reason if it is refused, or is not done by then.
 */
public interface HaNodeMXBean {
  /**
   * This member.
   *
   * @return its name
   */
  String getMember();

  /**
   * The cluster.
   *
   * @return its name
   */
  String getCluster();

  /**
   * This life of the member.
   *
   * @return its number, in hexadecimal
   */
  String getIncarnation();

  /**
   * Whether this member hears a quorum.
   *
   * @return true if it does
   */
  boolean isQuorum();

  /**
   * Whether this member takes part.
   *
   * @return false if a fault of its own keeps it from that
   */
  boolean isInService();

  /**
   * Whether an operator took it out of the running.
   *
   * @return true on standby
   */
  boolean isStandby();

  /**
   * Whether the cluster is in maintenance, as far as this member has heard.
   *
   * @return true in maintenance
   */
  boolean isMaintenance();

  /**
   * What somebody should look after.
   *
   * @return sentences; empty if all is well
   */
  List<String> getWarnings();

  /**
   * Who leads what, as far as this member knows.
   *
   * @return the leader of each role; empty text if none is known
   */
  Map<String, String> getLeaders();

  /**
   * What keeps this member from voting or leading.
   *
   * @return a sentence for each role; empty if nothing does
   */
  Map<String, String> getWaiting();

  /**
   * Gives a role up to a named member.
   *
   * @param role the role
   * @param member who shall lead
   */
  void handOver(String role, String member);

  /**
   * Gives a role up to whoever takes it.
   *
   * @param role the role
   */
  void resign(String role);

  /**
   * Takes this member out of the running, or back in.
   *
   * @param on whether to be on standby
   */
  void standby(boolean on);

  /**
   * Begins or ends maintenance of the whole cluster.
   *
   * @param on whether nothing is to change by itself
   */
  void maintenance(boolean on);

  /**
   * Why a role is where it is.
   *
   * @param role the role
   * @return the explanation, for people
   */
  String explain(String role);

  /**
   * A dry run: who would lead what without a member.
   *
   * @param member the member that would be lost
   * @return the forecast, for people
   */
  String simulateLoss(String member);

  /**
   * Forgets the failures of a role's resources at this member.
   *
   * @param role the role
   */
  void resetFailCount(String role);

  /**
   * Tells this member that another one is off, for certain.
   *
   * @param member the member that is off
   */
  void confirmFenced(String member);

  /**
   * Tells this member that nothing of a role is left at work at another one. See {@link
   * Operator#confirmStopped}.
   *
   * @param role the role
   * @param member the member where somebody has looked
   */
  void confirmStopped(String role, String member);
}
