package io.understudy.ha;

import io.understudy.ha.spi.FenceHook;
import io.understudy.ha.spi.WitnessStore;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Configures a node. Not threadsafe. Nothing is checked before {@link #start()}, which reports all
 * faults at once.
 */
public final class HaNodeBuilder {
  private static final Duration DEFAULT_HEALTH_INTERVAL = Duration.ofSeconds(1);
  private static final Duration DEFAULT_HEALTH_TIMEOUT = Duration.ofSeconds(5);

  private @Nullable String cluster;
  private @Nullable String member;
  private @Nullable String bind;
  private @Nullable Path stateDirectory;
  private @Nullable Secret secret;
  private final List<String> roster = new ArrayList<>();
  private final List<String> peers = new ArrayList<>();
  private final List<RoleSpec> roles = new ArrayList<>();
  private final List<Consumer<? super HaEvent>> listeners = new ArrayList<>();
  private Timing timing = Timing.DEFAULT;
  private boolean witness;
  private @Nullable String rowWitness;
  private @Nullable WitnessStore witnessStore;
  private boolean crashProof = true;
  private @Nullable FencePlan fence;
  private Connectivity connectivity = Connectivity.none();
  private @Nullable Guardian guardian;
  private final List<HaConfig.Health> health = new ArrayList<>();

  HaNodeBuilder() {}

  /**
   * The cluster's name; no default. Members of other clusters are strangers, even with the same
   * secret.
   *
   * @param name 1 to 64 characters of {@code A-Z a-z 0-9 . _ -}
   * @return this
   */
  public HaNodeBuilder cluster(String name) {
    this.cluster = name;
    return this;
  }

  /**
   * This member's name; no default. Stable across restarts, unique in the cluster.
   *
   * @param id 1 to 64 characters of {@code A-Z a-z 0-9 . _ -}
   * @return this
   */
  public HaNodeBuilder member(String id) {
    this.member = id;
    return this;
  }

  /**
   * The members that vote; no default. It seeds an empty state directory; later the durable roster
   * wins and a difference is logged. Called again it adds.
   *
   * @param entries member names, {@code name:witness} for one that never leads; commas separate too
   * @return this
   */
  public HaNodeBuilder roster(String... entries) {
    addParts(roster, entries);
    return this;
  }

  /**
   * Where this member listens for the others; no default.
   *
   * @param hostAndPort for example {@code 10.0.0.1:7801}
   * @return this
   */
  public HaNodeBuilder bind(String hostAndPort) {
    this.bind = hostAndPort;
    return this;
  }

  /**
   * Where all members listen, this one included; no default. Called again it adds.
   *
   * @param hostsAndPorts for example {@code 10.0.0.1:7801}; commas separate too
   * @return this
   */
  public HaNodeBuilder peers(String... hostsAndPorts) {
    addParts(peers, hostsAndPorts);
    return this;
  }

  /**
   * Where the durable state lives; no default. A local disk that honours fsync; one directory for
   * one member.
   *
   * @param directory created if absent
   * @return this
   */
  public HaNodeBuilder state(Path directory) {
    this.stateDirectory = directory;
    return this;
  }

  /**
   * The cluster's secret; no default, there is no insecure mode.
   *
   * @param value the same on all members
   * @return this
   */
  public HaNodeBuilder secret(Secret value) {
    this.secret = value;
    return this;
  }

  /**
   * The cluster's time values; default {@link Timing#DEFAULT}.
   *
   * @param value the same on all members
   * @return this
   */
  public HaNodeBuilder timing(Timing value) {
    this.timing = value;
    return this;
  }

  /**
   * Makes this member a witness: it votes and never leads. Must agree with the roster.
   *
   * @return this
   */
  public HaNodeBuilder witness() {
    this.witness = true;
    return this;
  }

  /**
   * Whether members may prove that another one's process has died; default on. With the proof a
   * crashed leader is replaced in milliseconds, without it when its lease has run out. Give all
   * members the same: one that has it off believes in no such proof and lets nobody prove its own
   * death.
   *
   * <p>Each member keeps a quiet connection to every other. A process has died if that connection
   * ends in good order (a FIN, which the kernel sends for a dead process), without the goodbye that
   * a living one says, and the next connection to the same address and port is refused. Silence,
   * resets, time-outs, a lost machine and a partition prove nothing; they wait for the lease.
   *
   * <p><b>Switch it off</b> where something between the members ends TCP connections by itself: a
   * TCP proxy or load balancer, a service mesh's sidecar, a container's port mapping or user-mode
   * network, an SSH tunnel, network address translation. There an end and a refusal tell of what is
   * in between. It also rests on nobody on the path forging TCP segments, and on dead processes
   * staying dead: do not resume a member from a snapshot of its machine or process.
   *
   * <p>How fast it is: the kernel frees the memory of a killed process before it closes its
   * sockets. On Linux that took about 20 ms for a small heap and about 90 ms more for each GiB that
   * was touched.
   *
   * @param on false to wait for the lease after every crash
   * @return this
   */
  public HaNodeBuilder crashProof(boolean on) {
    this.crashProof = on;
    return this;
  }

  /**
   * Makes a witness of the roster a row in a database instead of a process: a third vote for two
   * machines without a third machine. Default: none. Every member needs it, with the same database,
   * and one that is no part of what the cluster manages.
   *
   * @param member the witness' name; the roster has it as {@code name:witness}
   * @param store the database, for example {@code io.understudy.jdbc.JdbcWitness}; used on a thread
   *     of its own and probed every heartbeat interval
   * @return this
   */
  public HaNodeBuilder witnessStore(String member, WitnessStore store) {
    this.rowWitness = member;
    this.witnessStore = store;
    return this;
  }

  /**
   * How this member cuts off another one that it cannot reach; no default. The same as {@link
   * #fence(FenceHook, Duration)} with a limit of 30 s.
   *
   * @param hook does it
   * @return this
   */
  public HaNodeBuilder fence(FenceHook hook) {
    return fence(FencePlan.first(FencePlan.Call.to(hook)));
  }

  /**
   * How this member cuts off another one that it cannot reach; no default. A plan of one level with
   * one hook that is called once; see {@link #fence(FencePlan)}.
   *
   * @param hook does it
   * @param limit how long one call may take, 100 ms to 10 min; then it is interrupted, and tried
   *     again later
   * @return this
   */
  public HaNodeBuilder fence(FenceHook hook, Duration limit) {
    return fence(FencePlan.first(FencePlan.Call.to(hook).within(limit)));
  }

  /**
   * How this member cuts off another one that it cannot reach; no default. Called again it
   * replaces.
   *
   * <p>Two members without a witness need a plan on each side in which every level has a hook of
   * scope {@link FenceHook.Scope#MACHINE} or {@code PROCESS}. Then a leader whose peer has not
   * acknowledged for three quarters of a lease has it fenced and goes on, and a follower that has
   * heard nothing for a promise (about 1.2 leases) fences the leader and takes over; the second of
   * the roster waits an eighth of a lease longer. If each leads a role and hooks are slower than
   * that, let the hook of one member wait first, for longer than the other's takes; otherwise both
   * may be ended when the link between them is cut. So a pause of the peer that is longer than that
   * ends its process: choose a lease that is longer than your garbage collections, and long enough
   * for the hook to answer within a quarter of it, if the leader is to go on without a break. A
   * member that has started fences nobody before it has exchanged its state with its peer.
   *
   * @param plan what is tried, in which order, for how long; tried again later if nothing confirms
   * @return this
   */
  public HaNodeBuilder fence(FencePlan plan) {
    this.fence = plan;
    return this;
  }

  /**
   * What this member must reach of the outside to lead; default nothing. The same on all members.
   *
   * @param demands what is probed, how often, and what follows
   * @return this
   */
  public HaNodeBuilder connectivity(Connectivity demands) {
    this.connectivity = demands;
    return this;
  }

  /**
   * What says whether the application here is fit to lead; default nothing. The same as {@link
   * #healthCheck(String, HealthCheck, Duration, Duration)}, a second after each call, with a limit
   * of 5 s.
   *
   * @param name what people call it; each once
   * @param check says so
   * @return this
   */
  public HaNodeBuilder healthCheck(String name, HealthCheck check) {
    return healthCheck(name, check, DEFAULT_HEALTH_INTERVAL, DEFAULT_HEALTH_TIMEOUT);
  }

  /**
   * What says whether the application here is fit to lead; default nothing. A member is fit if all
   * its checks say so. One answer is enough in both directions: what only hiccups now and then
   * should be forgiven by the check itself, because roles move because of it. Until each check has
   * answered once the member leads nothing.
   *
   * @param name what people call it; each once
   * @param check says so
   * @param interval how long after a call the next one begins; 10 ms to 1 day
   * @param timeout how long a call may take, 10 ms to 1 day; then it is interrupted and the member
   *     counts as unhealthy until a call returns in good order
   * @return this
   */
  public HaNodeBuilder healthCheck(
      String name, HealthCheck check, Duration interval, Duration timeout) {
    health.add(new HaConfig.Health(name, check, interval, timeout));
    return this;
  }

  /**
   * A small child process that ends this one when its resources have not stopped in time and it
   * cannot do that itself, and stops what outlives it; default none. The same on all members. A
   * role with a resource that outlives the process and has no {@link Resource#guardianStop()} is
   * refused then.
   *
   * @param child how it works
   * @return this
   */
  public HaNodeBuilder guardian(Guardian child) {
    this.guardian = child;
    return this;
  }

  /**
   * Declares a role from the start. More can be declared while the node runs, {@link
   * HaNode#MAX_ROLES} at most.
   *
   * @param spec the role
   * @return this
   */
  public HaNodeBuilder role(RoleSpec spec) {
    roles.add(spec);
    return this;
  }

  /**
   * Subscribes to everything that happens, from the first event on. {@link HaNode#subscribe} comes
   * later and may miss what happens while the node starts.
   *
   * @param listener called in order on a thread of its own that is never the election thread; what
   *     it throws is logged. If it falls 10,000 events behind it loses the oldest ones, see {@link
   *     HaEvent.Overflow}
   * @return this
   */
  public HaNodeBuilder listener(Consumer<? super HaEvent> listener) {
    listeners.add(listener);
    return this;
  }

  /**
   * Applies a change; for configuration that is assembled elsewhere.
   *
   * @param change what to do with this builder
   * @return this
   */
  public HaNodeBuilder with(Consumer<HaNodeBuilder> change) {
    change.accept(this);
    return this;
  }

  /**
   * Validates the configuration and starts the node. Returns as soon as the member takes part,
   * without waiting for others.
   *
   * @return the running node
   * @throws HaConfigurationException with every fault found; nothing was started
   */
  public HaNode start() {
    HaConfig config = validated();
    return ServiceLoader.load(NodeProvider.class, HaNode.class.getClassLoader())
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("ha-core's own service entry is missing from the jar"))
        .start(config);
  }

  private HaConfig validated() {
    Validation check = new Validation();
    String clusterName = check.clusterName(cluster);
    MemberId self = check.member(member);
    List<RosterMember> voters = check.roster(roster, self, witness);
    InetSocketAddress address = check.address("bind", bind);
    Optional<HaConfig.RowWitness> row = check.rowWitness(rowWitness, witnessStore, voters, self);
    int processes = voters.size() - (row.isPresent() ? 1 : 0);
    List<InetSocketAddress> all = check.peers(peers, address, processes);
    Path directory = check.present("state", stateDirectory, "a directory on a local disk");
    Secret key =
        check.present("secret", secret, "the cluster's shared secret, there is no insecure mode");
    check.timing(timing);
    check.roles(roles, witness);
    check.fence(fence, voters);
    check.guardian(guardian, roles, ProcessHandle.current().pid());
    check.health(health);
    check.throwIfFaulty();
    return new HaConfig(
        clusterName,
        self,
        voters,
        address,
        all,
        directory,
        key,
        timing,
        witness,
        crashProof,
        roles,
        listeners,
        row,
        new HaConfig.Safeguards(fence, connectivity, Optional.ofNullable(guardian), health));
  }

  private static void addParts(List<String> target, String... texts) {
    for (String text : texts) {
      Arrays.stream(text.split(",", -1)).map(String::strip).forEach(target::add);
    }
  }
}
