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
 * @param failoverHeld for how long a lost writer stays still, because writers were lost one after
 *     another; empty if none does, or if another JVM directs
 * @param lastSwitch when the assignment's generation began; empty before the first
 * @param masters one entry for each master, in the configured order
 * @param lending the connections that are out, and the borrowers that wait, in this JVM
 * @param switchover the last planned change of writer since its director directs, or the one under
 *     way; in another JVM than the director as it last told, some ten milliseconds ago as a rule
 * @param reading the connections for reading; empty if they are not {@linkplain
 *     HaDataSourceBuilder#readsWithoutQuorum allowed}
 * @param history what came of the last 20 planned changes that this JVM directed or heard of since
 *     it started, the newest last, each with the time of its steps
 */
public record HaDataSourceStatus(
    String name,
    RouteInfo route,
    boolean permitted,
    boolean directing,
    Optional<MemberId> director,
    String reason,
    String trouble,
    Optional<Duration> failoverHeld,
    Optional<Instant> lastSwitch,
    List<MasterStatus> masters,
    LendingStatus lending,
    Optional<SwitchoverResult> switchover,
    Optional<ReadingStatus> reading,
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

  /**
   * What this JVM can read without a permit.
   *
   * @param maxLag how far a master may be behind that is not known to be the writer
   * @param agreedAgo how long ago the director vouched for the writer: for so long another one may
   *     have been written to, and what is read now be old. A tenth of a second or less while this
   *     JVM may write; since the start of this data source if it never could
   * @param connections how many are out, by master
   * @param refused by master, why it is not read from now
   */
  public record ReadingStatus(
      Duration maxLag,
      Duration agreedAgo,
      Map<String, Integer> connections,
      Map<String, String> refused) {
    /** Copies. */
    public ReadingStatus {
      connections = Map.copyOf(connections);
      refused = Map.copyOf(refused);
    }
  }

  /** What the last probe of a master gave. */
  public enum Reach {
    /** Nobody has looked yet, or said what it saw. */
    UNKNOWN,
    /** It answered. */
    REACHABLE,
    /**
     * It answered, and its writes wait because a disk of it is full. As a writer it is replaced by
     * a master that has room, as standby it is never made the writer.
     */
    DISK_FULL,
    /** It did not answer, or not as a server does. */
    UNREACHABLE
  }

  /**
   * A master. The director tells what its own session at the server found; every other JVM what it
   * sees itself, about once a second. Role, ids and stranded transactions are in the assignment.
   *
   * @param name its name
   * @param role what it is there for
   * @param reach what the last probe gave
   * @param problem why it is unreachable, or what waits for room on its disk; empty without
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
   * @param seenBy what the last look of each JVM gave, by member: this one, and the others that are
   *     seen and told it lately
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
      String position,
      Map<String, Reach> seenBy) {
    /** Copies. */
    public MasterStatus {
      seenBy = Map.copyOf(seenBy);
    }
  }
}
