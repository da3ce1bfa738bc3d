package io.understudy.jdbc.internal.routing;

import java.util.OptionalLong;

/**
 * What a server said of itself in one probe.
 *
 * @param version as {@code SELECT VERSION()} gives it
 * @param ids its global id settings
 * @param sessionIncrement the increment that the probing session has
 * @param sessionOffset the offset that the probing session has
 * @param source what marks the transactions that begin here: server UUID (MySQL), GTID domain
 *     (MariaDB)
 * @param gtid whether transactions carry global ids
 * @param mode who may write
 * @param position the transactions that it has, in the product's own notation
 * @param replication its replication from another master
 */
public record ServerFacts(
    String version,
    IdSeries ids,
    int sessionIncrement,
    int sessionOffset,
    String source,
    boolean gtid,
    Mode mode,
    String position,
    Replication replication) {

  /** Who may write on a server. */
  public enum Mode {
    /** Everybody. */
    OPEN,
    /** Privileged accounts only, where the product has a stricter mode than this. */
    READ_ONLY,
    /** Nobody, as strict as the product can be: what a fence sets. */
    CLOSED,
    /** Not known any more: it may have been opened or restarted since it said so last. */
    UNKNOWN
  }

  /** What the thread that fetches from another master does. */
  public enum Fetching {
    /** It does not run. */
    STOPPED,
    /** It tries to reach its source. */
    CONNECTING,
    /** It is connected. */
    RECEIVING
  }

  /**
   * Replication from another master, as the receiving server sees it.
   *
   * @param configured whether it has a source at all
   * @param fetching what the thread that fetches does
   * @param applying whether the thread that applies runs
   * @param lagSeconds how far it is behind, if the server says
   * @param error the last error, empty without one
   */
  public record Replication(
      boolean configured,
      Fetching fetching,
      boolean applying,
      OptionalLong lagSeconds,
      String error) {
    /** Without a source. */
    public static final Replication NONE =
        new Replication(false, Fetching.STOPPED, false, OptionalLong.empty(), "");

    /**
     * Whether rows arrive.
     *
     * @return true if it is connected and applies
     */
    public boolean running() {
      return fetching == Fetching.RECEIVING && applying;
    }

    /**
     * Whether one of its threads must be started before rows can arrive.
     *
     * @return true if it has a source and does not try
     */
    public boolean stopped() {
      return configured && (fetching == Fetching.STOPPED || !applying);
    }
  }

  /**
   * The same server after its mode was changed and verified.
   *
   * @param newMode the verified mode
   * @return the changed facts
   */
  public ServerFacts withMode(Mode newMode) {
    return new ServerFacts(
        version,
        ids,
        sessionIncrement,
        sessionOffset,
        source,
        gtid,
        newMode,
        position,
        replication);
  }
}
