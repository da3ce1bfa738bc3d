package io.understudy.jdbc;

import io.understudy.ha.HaNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The validated configuration of a data source; made by {@link HaDataSourceBuilder}. Immutable.
 *
 * @param node this JVM's member
 * @param name the name; the role is {@code db:<name>}
 * @param masters the masters, in order of preference
 * @param timing the time values
 * @param unapplied what to do when the next writer cannot apply in time what it received
 * @param unfencedAccounts whether to lend connections of an account that could write on a server
 *     that is fenced
 * @param resolution how commits in doubt are found out about; null if they are not
 * @param guard the table that names the generation that may write, with its database; null if no
 *     transaction looks there
 * @param reading how connections for reading are lent; null if they are not
 */
public record HaDataSourceConfig(
    HaNode node,
    String name,
    List<Master> masters,
    TimeLimits timing,
    UnappliedPolicy unapplied,
    boolean unfencedAccounts,
    @Nullable Resolution resolution,
    @Nullable String guard,
    @Nullable Reading reading) {
  /** Copies. */
  public HaDataSourceConfig {
    masters = List.copyOf(masters);
  }

  /**
   * One master.
   *
   * @param name its name in assignments, logs and status
   * @param application where the application's connections come from
   * @param manager where the director's session comes from
   */
  public record Master(String name, DataSource application, DataSource manager) {}

  /**
   * How connections for reading are lent, also without quorum.
   *
   * @param maxLag how far a master may be behind that is not known to be the writer
   * @param pools where they come from, by master; those that are missing come from the
   *     application's
   */
  public record Reading(Duration maxLag, Map<String, DataSource> pools) {
    /** Copies. */
    public Reading {
      pools = Map.copyOf(pools);
    }
  }

  /**
   * How commits in doubt are found out about.
   *
   * @param table the table of commit tokens, with its database
   * @param limit how long to look for a token
   */
  public record Resolution(String table, Duration limit) {}

  /**
   * The time values.
   *
   * @param probeInterval how often the director probes each master
   * @param probeTimeout how long it waits for an answer
   * @param probeFailures after how many failures in a row a master counts as gone
   * @param borrowTimeout how long a borrower waits for an agreed writer
   * @param applyTimeout how long the next writer may take to apply what it received
   * @param switching what a planned change may take
   * @param failover when a writer that answers is replaced, and how often a writer may be
   */
  public record TimeLimits(
      Duration probeInterval,
      Duration probeTimeout,
      int probeFailures,
      Duration borrowTimeout,
      Duration applyTimeout,
      SwitchLimits switching,
      FailoverLimits failover) {
    /** 500 ms, 1 s, 2 failures, 5 s, 10 s. */
    public static final TimeLimits DEFAULT =
        new TimeLimits(
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            2,
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            SwitchLimits.DEFAULT,
            FailoverLimits.DEFAULT);
  }

  /**
   * When a writer that answers is replaced, and how often a writer may be.
   *
   * @param diskCheckInterval how often each member asks a master whether its disk is full; zero if
   *     it never does
   * @param minimumWriterTime how long a writer stays that an unplanned change made; zero if it need
   *     not stay
   */
  public record FailoverLimits(Duration diskCheckInterval, Duration minimumWriterTime) {
    /** Never, 10 s. */
    public static final FailoverLimits DEFAULT =
        new FailoverLimits(Duration.ZERO, Duration.ofSeconds(10));
  }

  /**
   * What a planned change of writer may take.
   *
   * @param drain how long borrowed connections may be used after it began
   * @param catchUp how long the next writer may take to apply what it lacks
   * @param maxLag how far the next writer may be behind when it begins
   */
  public record SwitchLimits(Duration drain, Duration catchUp, Duration maxLag) {
    /** 1 s, 1 s, 2 s. */
    public static final SwitchLimits DEFAULT =
        new SwitchLimits(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(2));
  }
}
