package io.understudy.jdbc;

import io.understudy.ha.MemberId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What this JVM knows of its masters at one moment. Immutable.
 *
 * @param name the data source's name
 * @param route writer, phase, generation, director's epoch and this node
 * @param permitted whether this JVM may use the writer now
 * @param directing whether this JVM is the director
 * @param director who directs, as far as this JVM knows
 * @param reason why the writer is this one, or what is missing
 * @param trouble what hinders the director now; empty if nothing, or if another JVM directs
 * @param lastSwitch when the assignment's generation began; empty before the first
 * @param masters one entry for each master, in the configured order
 * @param lending the connections that are out, and the borrowers that wait, in this JVM
 * @param switchover the last planned change of writer since this JVM directs, or the one under way
 * @param history what came of the last 20 planned changes that this JVM directed since it started,
 *     the newest last, each with the time of its steps; of those that others directed it knows
 *     nothing, so ask each JVM for the whole story
 */
public record HaDataSourceStatus(
    String name,
    RouteInfo route,
    boolean permitted,
    boolean directing,
    Optional<MemberId> director,
    String reason,
    String trouble,
    Optional<Instant> lastSwitch,
    List<MasterStatus> masters,
    LendingStatus lending,
    Optional<SwitchoverResult> switchover,
    List<SwitchoverResult> history) {
  /** Copies. */
  public HaDataSourceStatus {
    masters = List.copyOf(masters);
    history = List.copyOf(history);
  }

  /** What a master is there for, by the assignment. */
  public enum MasterRole {
    /** It is written to. */
    WRITER,
    /** It is being prepared as the next writer. */
    CANDIDATE,
    /** It receives what the writer writes. */
    STANDBY
  }

  /**
   * What the borrowers of this JVM have, and want. Counted while others go on, so the numbers may
   * be a moment apart.
   *
   * @param connections how many are out of each generation; more than one generation for the moment
   *     alone in which an old one is taken away
   * @param waiting how many borrowers wait for an agreed writer, or for a connection to it
   * @param longestWait how long the first of them has waited
   */
  public record LendingStatus(Map<Long, Integer> connections, int waiting, Duration longestWait) {
    /** Copies. */
    public LendingStatus {
      connections = Map.copyOf(connections);
    }
  }

  /** What the last probe of a master gave. */
  public enum Reach {
    /** This JVM does not direct, so it does not probe; or it has not yet. */
    UNKNOWN,
    /** It answered. */
    REACHABLE,
    /** It did not answer, or not as a server does. */
    UNREACHABLE
  }

  /**
   * A master. Only the director knows reach, mode and replication; the rest is in the assignment.
   *
   * @param name its name
   * @param role what it is there for
   * @param reach what the last probe gave
   * @param problem why it is unreachable; empty if it is not
   * @param readOnly whether it refuses writes, if known
   * @param offset its {@code auto_increment_offset}; 0 if it was never reached
   * @param increment its {@code auto_increment_increment}; 0 if it was never reached
   * @param lagSeconds how far its replication is behind, as the server says, if it says
   * @param replicating whether it receives and applies what another master writes, if known
   * @param stranded how many transactions it has that the writer lacks, as last compared
   * @param strandedGtids which ones, in the server's own notation; of long lists the beginning and
   *     "..."
   * @param notice what else is wrong with it, and what to do; empty without
   * @param position the transactions that it has, in the product's own notation; empty if unknown
   */
  public record MasterStatus(
      String name,
      MasterRole role,
      Reach reach,
      String problem,
      Optional<Boolean> readOnly,
      int offset,
      int increment,
      OptionalLong lagSeconds,
      Optional<Boolean> replicating,
      long stranded,
      String strandedGtids,
      String notice,
      String position) {}
}
