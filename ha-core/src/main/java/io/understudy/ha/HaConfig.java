package io.understudy.ha;

import io.understudy.ha.spi.WitnessStore;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The validated configuration of a node; made by {@link HaNodeBuilder}. Immutable.
 *
 * @param cluster the cluster's name
 * @param member this member
 * @param roster the members and their votes: seeds an empty state directory
 * @param bind where this member listens
 * @param peers where the members listen, this one included
 * @param stateDirectory where the durable state lives
 * @param secret the cluster's secret
 * @param timing the cluster's time values
 * @param witness whether this member votes and never leads
 * @param crashProof whether the end of a quiet connection may prove that a member's process died
 * @param roles the roles declared at start
 * @param listeners subscribed before anything happens
 * @param rowWitness the witness that is no process but rows in a database, if there is one
 * @param safeguards what keeps members that cannot do their work from harm
 */
public record HaConfig(
    String cluster,
    MemberId member,
    List<RosterMember> roster,
    InetSocketAddress bind,
    List<InetSocketAddress> peers,
    Path stateDirectory,
    Secret secret,
    Timing timing,
    boolean witness,
    boolean crashProof,
    List<RoleSpec> roles,
    List<Consumer<? super HaEvent>> listeners,
    Optional<RowWitness> rowWitness,
    Safeguards safeguards) {

  /**
   * A witness of the roster that is no process, but a row for each role in a database.
   *
   * @param member its name in the roster
   * @param store the database
   */
  public record RowWitness(MemberId member, WitnessStore store) {}

  /**
   * What keeps a member that cannot do its work from doing harm, or from leading.
   *
   * @param fence how to fence another member, or null
   * @param connectivity what it must reach of the outside
   * @param guardian the child process that ends this one, if there is to be one
   * @param health what says whether its application is fit
   */
  public record Safeguards(
      @Nullable FencePlan fence,
      Connectivity connectivity,
      Optional<Guardian> guardian,
      List<Health> health) {
    /** None. */
    public static final Safeguards NONE =
        new Safeguards(null, Connectivity.none(), Optional.empty());

    /** Copies. */
    public Safeguards {
      health = List.copyOf(health);
    }

    /** Without checks of the application. */
    public Safeguards(
        @Nullable FencePlan fence, Connectivity connectivity, Optional<Guardian> guardian) {
      this(fence, connectivity, guardian, List.of());
    }
  }

  /**
   * Whether the application is fit.
   *
   * @param name what people call the check
   * @param check says so
   * @param interval how long after a call the next one begins
   * @param timeout how long a call may take
   */
  public record Health(String name, HealthCheck check, Duration interval, Duration timeout) {}

  /** Copies. */
  public HaConfig {
    roster = List.copyOf(roster);
    peers = List.copyOf(peers);
    roles = List.copyOf(roles);
    listeners = List.copyOf(listeners);
  }

  /** Without a witness in a database, and without safeguards. */
  public HaConfig(
      String cluster,
      MemberId member,
      List<RosterMember> roster,
      InetSocketAddress bind,
      List<InetSocketAddress> peers,
      Path stateDirectory,
      Secret secret,
      Timing timing,
      boolean witness,
      boolean crashProof,
      List<RoleSpec> roles,
      List<Consumer<? super HaEvent>> listeners) {
    this(
        cluster,
        member,
        roster,
        bind,
        peers,
        stateDirectory,
        secret,
        timing,
        witness,
        crashProof,
        roles,
        listeners,
        Optional.empty(),
        Safeguards.NONE);
  }

  /**
   * How to fence another member.
   *
   * @return the plan, or null if there is none
   */
  public @Nullable FencePlan fence() {
    return safeguards.fence();
  }

  /**
   * Why a roster leaves its two voting members without a third vote, as far as this member can
   * tell: it knows its own fence plan, and takes it that the other one has the same.
   *
   * @param changed the roster
   * @return the explanation with the ways out; empty if there is nothing to object to
   */
  public Optional<String> missingThirdVote(List<RosterMember> changed) {
    boolean concerned = changed.stream().anyMatch(entry -> entry.member().equals(member));
    return ThirdVote.missing("roster has", changed, concerned ? fence() : null);
  }
}
