package io.understudy.ha;

import java.util.List;
import java.util.Optional;

/**
 * What a member knows of itself and its cluster at one moment. Immutable.
 *
 * @param member this member
 * @param cluster the cluster's name
 * @param incarnation this life of the member, in hexadecimal
 * @param quorum whether it hears a quorum of the roster's votes
 * @param inService whether it votes and may lead (false: its durable state cannot be written)
 * @param standby whether it is on standby
 * @param warnings what is wrong with this member itself and what to do, a sentence each; empty if
 *     nothing is
 * @param rosterVersion the version of the roster it uses
 * @param members one entry for each member of the roster
 * @param roles one entry for each role it declared, sorted by name
 * @param rowWitness the witness that is a row in a database, if there is one
 * @param roster who keeps the roster, and what is being changed
 * @param condition whether the member is fit to lead, and whether anything is to change
 */
public record NodeStatus(
    MemberId member,
    String cluster,
    String incarnation,
    boolean quorum,
    boolean inService,
    boolean standby,
    List<String> warnings,
    long rosterVersion,
    List<MemberStatus> members,
    List<RoleStatus> roles,
    Optional<WitnessStatus> rowWitness,
    RosterStatus roster,
    Condition condition) {

  /**
   * Without a witness in a database, and without any change of the roster.
   *
   * @param member this member
   * @param cluster the cluster's name
   * @param incarnation this life of the member, in hexadecimal
   * @param quorum whether it hears a quorum of the roster's votes
   * @param inService whether it votes and may lead
   * @param standby whether it is on standby
   * @param warnings what is wrong with this member itself
   * @param rosterVersion the version of the roster it uses
   * @param members one entry for each member of the roster
   * @param roles one entry for each role it declared
   */
  public NodeStatus(
      MemberId member,
      String cluster,
      String incarnation,
      boolean quorum,
      boolean inService,
      boolean standby,
      List<String> warnings,
      long rosterVersion,
      List<MemberStatus> members,
      List<RoleStatus> roles) {
    this(
        member,
        cluster,
        incarnation,
        quorum,
        inService,
        standby,
        warnings,
        rosterVersion,
        members,
        roles,
        Optional.empty(),
        new RosterStatus(Optional.empty(), ""),
        Condition.FIT);
  }

  /**
   * Whether the member is fit to lead, and whether the cluster changes anything by itself.
   *
   * @param maintenance whether nothing is to change, as far as it has heard
   * @param maintenanceBy the member at which an operator said so last; empty if nobody ever did
   * @param reached how many of its connectivity targets it reaches
   * @param targets how many it has
   * @param needed how many it must reach
   * @param unhealthy why its application is not fit to lead; empty if it is
   */
  public record Condition(
      boolean maintenance,
      Optional<MemberId> maintenanceBy,
      int reached,
      int targets,
      int needed,
      String unhealthy) {
    /** Nothing is asked of it. */
    public static final Condition FIT = new Condition(false, Optional.empty(), 0, 0, 0, "");
  }

  /**
   * What becomes of the roster.
   *
   * @param keeper the member that changes it, as far as known here; ask that one what is under way
   * @param change what is being changed and what that waits for, a sentence for people; empty if
   *     nothing is, or if this member neither keeps the roster nor was asked to change it
   */
  public record RosterStatus(Optional<MemberId> keeper, String change) {}

  /**
   * A witness that is a row in a database, as this member last probed it.
   *
   * @param member its name in the roster
   * @param reachable whether it would vote: the database answered within the last lease and holds
   *     rows
   * @param trouble what keeps it from voting; empty if nothing does
   */
  public record WitnessStatus(MemberId member, boolean reachable, String trouble) {}

  /**
   * A member of the roster as this one sees it.
   *
   * @param member the member
   * @param votes its votes
   * @param witness whether it never leads
   * @param reachable whether it was heard within the last lease
   */
  public record MemberStatus(MemberId member, int votes, boolean witness, boolean reachable) {}

  /**
   * A role as this member sees it.
   *
   * @param role its name
   * @param leader who leads, as far as known
   * @param leading whether this member leads
   * @param leaseLeftMillis what is left of this member's own lease, 0 if it does not lead
   * @param register the newest version known to be committed
   * @param waiting why the member does not vote yet, cannot lead without a peer that it cannot
   *     reach, or leads and does not work yet because the last leader may still be at work; empty
   *     if none is so
   */
  public record RoleStatus(
      String role,
      Optional<LeaderInfo> leader,
      boolean leading,
      long leaseLeftMillis,
      RegisterVersion register,
      String waiting) {}
}
