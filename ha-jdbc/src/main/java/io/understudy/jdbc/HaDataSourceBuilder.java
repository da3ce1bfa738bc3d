package io.understudy.jdbc;

import io.understudy.ha.HaNode;
import io.understudy.jdbc.HaDataSourceConfig.FailoverLimits;
import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.HaDataSourceConfig.Reading;
import io.understudy.jdbc.HaDataSourceConfig.Resolution;
import io.understudy.jdbc.HaDataSourceConfig.SwitchLimits;
import io.understudy.jdbc.HaDataSourceConfig.TimeLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Configures an {@link HaDataSource}. Not threadsafe. Nothing is checked before {@link #build()},
 * which reports all faults at once. Give every member of the cluster the same masters in the same
 * order.
 */
public final class HaDataSourceBuilder {
  private static final Pattern TABLE = Pattern.compile("[A-Za-z0-9_$]{1,64}\\.[A-Za-z0-9_$]{1,64}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,40}");

  /** What members tell each other of the masters has room for no more. */
  private static final int MOST_MASTERS = 7;

  private final List<Master> masters = new ArrayList<>();
  private @Nullable HaNode node;
  private String name = "main";
  private Duration probeInterval = TimeLimits.DEFAULT.probeInterval();
  private Duration probeTimeout = TimeLimits.DEFAULT.probeTimeout();
  private int probeFailures = TimeLimits.DEFAULT.probeFailures();
  private Duration borrowTimeout = TimeLimits.DEFAULT.borrowTimeout();
  private Duration applyTimeout = TimeLimits.DEFAULT.applyTimeout();
  private Duration drainTimeout = SwitchLimits.DEFAULT.drain();
  private Duration catchUpTimeout = SwitchLimits.DEFAULT.catchUp();
  private Duration maxLag = SwitchLimits.DEFAULT.maxLag();
  private Duration diskCheckInterval = FailoverLimits.DEFAULT.diskCheckInterval();
  private Duration minimumWriterTime = FailoverLimits.DEFAULT.minimumWriterTime();
  private UnappliedPolicy unapplied = UnappliedPolicy.WAIT;
  private boolean unfencedAccounts;
  private @Nullable Resolution resolution;
  private @Nullable String guard;
  private final Map<String, DataSource> readerPools = new LinkedHashMap<>();
  private @Nullable Duration maxReadLag;

  HaDataSourceBuilder() {}

  /**
   * This JVM's member; no default. The data source declares its role there and does not close it.
   *
   * @param member a running node
   * @return this
   */
  public HaDataSourceBuilder node(HaNode member) {
    this.node = member;
    return this;
  }

  /**
   * The name; default {@code main}. The role is {@code db:<name>}.
   *
   * @param newName 1 to 40 characters of {@code A-Z a-z 0-9 . _ -}
   * @return this
   */
  public HaDataSourceBuilder name(String newName) {
    this.name = newName;
    return this;
  }

  /**
   * Adds a master; no default, 2 to 7 are wanted. The first one is preferred as writer when nothing
   * else decides.
   *
   * @param masterName its name, for instance {@code db-01}: 1 to 40 characters of {@code A-Z a-z
   *     0-9 . _ -}
   * @param application the pool of connections for the application. It should start without its
   *     server, and wait for a connection only shortly (250 ms is good): the borrow time-out
   *     repeats that wait, at the new writer as soon as there is one. Its driver needs a socket
   *     time-out: with MariaDB's no other limit frees a thread from a frozen server. Its account
   *     must not be able to write on a read-only server
   * @param manager connections for the director, straight from the driver and not from a pool: one
   *     session is held per master while this member directs. Set the driver's connect and socket
   *     time-outs too: no other can end every wait
   * @return this
   */
  public HaDataSourceBuilder master(String masterName, DataSource application, DataSource manager) {
    masters.add(new Master(masterName, application, manager));
    return this;
  }

  /**
   * How often the director probes each master; default 500 ms.
   *
   * @param interval 50 ms to 1 min
   * @return this
   */
  public HaDataSourceBuilder probeInterval(Duration interval) {
    this.probeInterval = interval;
    return this;
  }

  /**
   * How long a probe waits for an answer, and for a connection; default 1 s.
   *
   * @param timeout 50 ms to 1 min
   * @return this
   */
  public HaDataSourceBuilder probeTimeout(Duration timeout) {
    this.probeTimeout = timeout;
    return this;
  }

  /**
   * After how many failed probes in a row a master counts as gone; default 2. A server that refuses
   * connections counts as gone at once.
   *
   * @param failures 1 to 100
   * @return this
   */
  public HaDataSourceBuilder probeFailures(int failures) {
    this.probeFailures = failures;
    return this;
  }

  /**
   * How often each member asks a master whether its disk is full; default zero, which is never: on
   * MySQL the answer can hang while somebody connects over a link that is cut. A server whose
   * binary log or table file finds no space lets its writes wait, for hours if need be, and goes on
   * to answer. If it is found so as often in a row as makes a silent master gone ({@link
   * #probeFailures}), and most of those who look find so, another one becomes the writer. It is
   * asked for the states of its sessions and writes nothing.
   *
   * @param interval 100 ms to 1 min, or zero: then a full disk is never noticed, and changes
   *     nothing
   * @return this
   */
  public HaDataSourceBuilder diskCheckInterval(Duration interval) {
    this.diskCheckInterval = interval;
    return this;
  }

  /**
   * How long a writer stays that became it by an unplanned change, if it is lost too; default 10 s,
   * counted from the moment at which its predecessor was withdrawn. If it is lost again and again
   * the time doubles with each change, up to 32 times and 5 min (or this time, if it is longer),
   * because changing the writer does not mend what ails them, and costs open transactions each
   * time. While it lasts borrowers wait as without a writer, and status and {@link
   * HaDataSourceEvent.FailoverHeld} say for how long still. The first failover is never delayed: a
   * planned change ends the row, and so does a writer that served for twice the longest time.
   * {@link HaDataSource#switchTo} to the next writer does not wait.
   *
   * @param time 0 to 10 min; with 0 no failover waits
   * @return this
   */
  public HaDataSourceBuilder minimumWriterTime(Duration time) {
    this.minimumWriterTime = time;
    return this;
  }

  /**
   * How long {@link HaDataSource#getConnection()} waits for an agreed writer; default 5 s. What the
   * writer's pool itself may take comes on top.
   *
   * @param timeout 0 to 10 min
   * @return this
   */
  public HaDataSourceBuilder borrowTimeout(Duration timeout) {
    this.borrowTimeout = timeout;
    return this;
  }

  /**
   * How long the next writer may take to apply what it received from the last one; default 10 s.
   *
   * @param timeout 1 s to 10 min
   * @param policy what to do when the time is over; default {@link UnappliedPolicy#WAIT}
   * @return this
   */
  public HaDataSourceBuilder applyTimeout(Duration timeout, UnappliedPolicy policy) {
    this.applyTimeout = timeout;
    unapplied = policy;
    return this;
  }

  /**
   * How long connections that are borrowed may be used after a planned change of writer began;
   * default 1 s. Then they are aborted, and their open transactions are rolled back. New borrowers
   * are held meanwhile; see {@link HaDataSource#switchTo} for all that they may wait.
   *
   * @param timeout 0 to 1 min
   * @return this
   */
  public HaDataSourceBuilder drainTimeout(Duration timeout) {
    this.drainTimeout = timeout;
    return this;
  }

  /**
   * How long the next writer of a planned change may take to apply what it lacks; default 1 s. Then
   * the change goes back to the old writer.
   *
   * @param timeout 1 s to 1 min, of which whole seconds count
   * @return this
   */
  public HaDataSourceBuilder catchUpTimeout(Duration timeout) {
    this.catchUpTimeout = timeout;
    return this;
  }

  /**
   * How far the next writer of a planned change may be behind, as it says itself; default 2 s.
   * Beyond that the change is refused.
   *
   * @param lag 0 to 10 min, of which whole seconds count
   * @return this
   */
  public HaDataSourceBuilder switchoverMaxLag(Duration lag) {
    this.maxLag = lag;
    return this;
  }

  /**
   * Lends connections also if the application's account could write on a server that is fenced.
   * Default: the first connection to each master is asked for its grants (SHOW GRANTS, roles
   * included), and with SUPER, CONNECTION_ADMIN, SYSTEM_VARIABLES_ADMIN or SYSTEM_USER (MariaDB:
   * SUPER, CONNECTION ADMIN, READ_ONLY ADMIN) {@link HaDataSource#getConnection()} fails with
   * SQLState 28000. With this option the status and the log still say so. Then nothing but this
   * library keeps such an account from writing on two masters.
   *
   * @return this
   */
  public HaDataSourceBuilder acceptUnfencedAccounts() {
    unfencedAccounts = true;
    return this;
  }

  /**
   * Finds out about commits whose answer was lost; default: not done. A transaction without
   * auto-commit that may have written something writes a token as its last statement, one more
   * round trip. If the answer to its commit is lost, the token is looked for, and the commit
   * <em>returns normally</em> if the agreed writer has it ({@link CommittedWarning}), fails with
   * {@link WriterLostException} if the server on which it ran has ended the transaction without it,
   * and with {@link UnknownOutcomeException} if neither is known in time: for instance because that
   * server is gone and the new writer does not have the token. Statements that commit by
   * themselves, or with COMMIT as text, are not covered.
   *
   * <p>ROLLED_BACK is said only of a server that is proved to be the one on which it ran, and to
   * have lost nothing: if that has restarted and is the writer still, it must store each commit
   * ({@code innodb_flush_log_at_trx_commit} and {@code sync_binlog} are 1). With {@link
   * UnappliedPolicy#OPEN} it is never said. Nor is it if the transaction contained what commits by
   * itself.
   *
   * <p>The application's account needs SELECT, INSERT and UPDATE on the table, and no other keeper.
   * Whether it can be used is asked of each master at the start, and told in log and status:
   *
   * <pre>{@code
   * CREATE TABLE shop.ha_commits (
   *   member VARCHAR(64) NOT NULL, life BIGINT NOT NULL, slot INT NOT NULL,
   *   seq BIGINT NOT NULL, generation BIGINT NOT NULL,
   *   written TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
   *   PRIMARY KEY (member, life, slot, generation)) ENGINE=InnoDB
   * }</pre>
   *
   * <p>It has one row for each connection that a JVM used at the same time; each start of a JVM and
   * each change of writer begins new ones. Rows that were not written for a day may be deleted.
   *
   * @param table its name with its database, for instance {@code shop.ha_commits}: letters, digits,
   *     {@code _} and {@code $}
   * @param wait how long a commit may look for its token, 100 ms to 1 min
   * @return this
   */
  public HaDataSourceBuilder resolveCommits(String table, Duration wait) {
    this.resolution = new Resolution(table, wait);
    return this;
  }

  /**
   * Proves in the data that no older writer's term goes on; default: not done. A row in the
   * database names the generation that may write. A transaction looks there directly before its
   * commit, and shares the row until the commit is done; if the row names another generation than
   * the connection's, the transaction is rolled back and {@link WriterLostException} thrown. The
   * director changes the row on the next writer before that is opened, so it is the first thing
   * that a generation writes, and replication brings it to every other master before anything else
   * of that generation. <b>So on a master that has the row of a generation nothing of an older one
   * can be committed, whatever its read-only mode is, and whatever a JVM believes.</b> A master
   * that cannot have it yet, because it is cut off from the new writer, is protected by read-only
   * mode and permits alone.
   *
   * <p>It costs one more round trip for each transaction that may have changed something, and none
   * with {@link #resolveCommits}, whose statement does both. With auto-commit each statement that
   * changes rows gets a transaction: three more round trips, and what the session says of the last
   * statement ({@code SHOW WARNINGS}, {@code ROW_COUNT()}) is lost. Not covered: DDL itself; what a
   * procedure does after its own first commit, or without a transaction around it, and what a text
   * of several statements does after a {@code COMMIT} in it (both are refused if another generation
   * is named when they begin); what is sent with auto-commit through an unwrapped driver's object;
   * functions that change data if the transaction consists of {@code SELECT} alone. {@code BEGIN}
   * and {@code SET autocommit} as text are refused.
   *
   * <p>Give it to every member: a director without it changes no row, and then nothing can be
   * committed. The manager's account needs {@code SELECT, INSERT, UPDATE} on the table, and {@code
   * CREATE} if the director shall create it; the application's account {@code SELECT} alone:
   *
   * <pre>{@code
   * CREATE TABLE shop.ha_epoch (
   *   name VARCHAR(40) NOT NULL PRIMARY KEY, generation BIGINT NOT NULL) ENGINE=InnoDB
   * }</pre>
   *
   * @param table its name with its database, for instance {@code shop.ha_epoch}: letters, digits,
   *     {@code _} and {@code $}; data sources of different names may share it
   * @return this
   */
  public HaDataSourceBuilder guardWrites(String table) {
    this.guard = table;
    return this;
  }

  /**
   * Lends connections for reading, also while this JVM may not write: it has no quorum, no
   * director, or there is no writer. Default: not done, and {@link HaDataSource#reader()} is
   * refused. They go to the writer that was agreed last; if that does not answer, or is seen to be
   * no writer any more, to another master that is not too far behind, in the order of
   * configuration.
   *
   * <p>What is read may be old, and this bounds it in part only. A writer that this JVM shares a
   * side of a partition with may have been replaced on the other side: how long ago it was agreed
   * is in {@link HaDataSourceStatus.ReadingStatus#agreedAgo()}.
   *
   * @param maxLag how far a master may be behind that is not known to be the writer, as its own
   *     replication says; if its source is gone, the time since then is added. 0 to 7 days, of
   *     which whole seconds count
   * @return this
   */
  public HaDataSourceBuilder readsWithoutQuorum(Duration maxLag) {
    this.maxReadLag = maxLag;
    return this;
  }

  /**
   * A pool of its own for {@linkplain #readsWithoutQuorum reading} from a master; default: the
   * application's, whose sessions are made read-only for the time, two round trips more at each
   * borrowing and return. Best with an account that has SELECT alone: then no statement whatever
   * can write, whoever thinks of it.
   *
   * @param masterName a master that is configured
   * @param pool as that of the application
   * @return this
   */
  public HaDataSourceBuilder readerPool(String masterName, DataSource pool) {
    readerPools.put(masterName, pool);
    return this;
  }

  /**
   * Validates the configuration, declares the role {@code db:<name>} at the node and begins to
   * route. Returns at once: the first {@link HaDataSource#getConnection()} waits for the writer.
   *
   * @return the data source
   * @throws IllegalArgumentException with every fault found, each with the value found and the
   *     value wanted
   * @throws IllegalStateException if the node has that role already, or is closed
   */
  public HaDataSource build() {
    List<String> faults = faults();
    HaNode member = node;
    if (member == null || !faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", faults));
    }
    return ServiceLoader.load(DataSourceProvider.class, HaDataSource.class.getClassLoader())
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("ha-jdbc's own service entry is missing from the jar"))
        .create(
            new HaDataSourceConfig(
                member,
                name,
                masters,
                limits(),
                unapplied,
                unfencedAccounts,
                resolution,
                guard,
                reading()));
  }

  private TimeLimits limits() {
    return new TimeLimits(
        probeInterval,
        probeTimeout,
        probeFailures,
        borrowTimeout,
        applyTimeout,
        new SwitchLimits(drainTimeout, catchUpTimeout, maxLag),
        new FailoverLimits(diskCheckInterval, minimumWriterTime));
  }

  private List<String> faults() {
    List<String> faults = new ArrayList<>();
    if (node == null) {
      faults.add("node is missing: give the HaNode of this JVM");
    }
    checkName(faults, "name", name);
    Set<String> seen = checkMasters(faults);
    checkBounds(faults, "probeInterval", probeInterval, Duration.ofMillis(50), 60);
    checkBounds(faults, "probeTimeout", probeTimeout, Duration.ofMillis(50), 60);
    if (!diskCheckInterval.isZero()) {
      checkBounds(faults, "diskCheckInterval", diskCheckInterval, Duration.ofMillis(100), 60);
    }
    checkBounds(faults, "minimumWriterTime", minimumWriterTime, Duration.ZERO, 600);
    checkBounds(faults, "borrowTimeout", borrowTimeout, Duration.ZERO, 600);
    checkBounds(faults, "applyTimeout", applyTimeout, Duration.ofSeconds(1), 600);
    checkBounds(faults, "drainTimeout", drainTimeout, Duration.ZERO, 60);
    checkBounds(faults, "catchUpTimeout", catchUpTimeout, Duration.ofSeconds(1), 60);
    checkBounds(faults, "switchoverMaxLag", maxLag, Duration.ZERO, 600);
    Resolution resolving = resolution;
    if (resolving != null) {
      if (!TABLE.matcher(resolving.table()).matches()) {
        faults.add(
            "table of commit tokens '" + resolving.table() + "' is not like shop.ha_commits");
      }
      checkBounds(faults, "resolveCommits", resolving.limit(), Duration.ofMillis(100), 60);
    }
    String guarding = guard;
    if (guarding != null && !TABLE.matcher(guarding).matches()) {
      faults.add("table of the epoch guard '" + guarding + "' is not like shop.ha_epoch");
    }
    checkReading(faults, seen);
    if (probeFailures < 1 || probeFailures > 100) {
      faults.add("probeFailures is " + probeFailures + ", 1 to 100 is wanted");
    }
    return faults;
  }

  private @Nullable Reading reading() {
    Duration most = maxReadLag;
    return most == null ? null : new Reading(most, readerPools);
  }

  private void checkReading(List<String> faults, Set<String> known) {
    Duration most = maxReadLag;
    if (most != null) {
      checkBounds(faults, "readsWithoutQuorum", most, Duration.ZERO, 7 * 86_400);
    } else if (!readerPools.isEmpty()) {
      faults.add("readerPool is given for " + readerPools.keySet() + ", readsWithoutQuorum is not");
    }
    for (String name : readerPools.keySet()) {
      if (!known.contains(name)) {
        faults.add("readerPool is given for '" + name + "', the masters are " + known);
      }
    }
  }

  private Set<String> checkMasters(List<String> faults) {
    if (masters.size() < 2) {
      faults.add("masters: " + masters.size() + " given, at least 2 are wanted");
    }
    if (masters.size() > MOST_MASTERS) {
      faults.add(
          "masters: %d given, at most %d are wanted, because members have no room to tell each other of more"
              .formatted(masters.size(), MOST_MASTERS));
    }
    Map<Integer, String> names = new LinkedHashMap<>();
    for (Master master : masters) {
      checkName(faults, "master", master.name());
      String other = names.put(master.name().hashCode(), master.name());
      if (master.name().equals(other)) {
        faults.add("master '" + master.name() + "' is given twice: names must differ");
      } else if (other != null) {
        faults.add(
            "masters '%s' and '%s': members tell masters apart by a hash of their names, and these have the same: rename one"
                .formatted(other, master.name()));
      }
    }
    return new LinkedHashSet<>(names.values());
  }

  private static void checkName(List<String> faults, String what, String found) {
    if (!NAME.matcher(found).matches()) {
      faults.add(
          what + " '" + found + "' is not 1 to 40 characters of A-Z a-z 0-9 . _ -, as is wanted");
    }
  }

  private static void checkBounds(
      List<String> faults, String what, Duration found, Duration least, long mostSeconds) {
    Duration most = Duration.ofSeconds(mostSeconds);
    if (found.compareTo(least) < 0 || found.compareTo(most) > 0) {
      faults.add("%s is %s, %s to %s is wanted".formatted(what, found, least, most));
    }
  }
}
