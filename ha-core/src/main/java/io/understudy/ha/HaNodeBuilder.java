package io.understudy.ha;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Configures a node. Not threadsafe. Nothing is checked before {@link #start()}, which reports all
 * faults at once.
 */
public final class HaNodeBuilder {
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
   * Declares a role from the start. More can be declared while the node runs.
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
   * @param listener called in order on one thread that is never the election thread; what it throws
   *     is logged
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
    List<InetSocketAddress> all = check.peers(peers, address, voters.size());
    Path directory = check.present("state", stateDirectory, "a directory on a local disk");
    Secret key =
        check.present("secret", secret, "the cluster's shared secret, there is no insecure mode");
    check.timing(timing);
    check.roles(roles, witness);
    check.throwIfFaulty();
    return new HaConfig(
        clusterName, self, voters, address, all, directory, key, timing, witness, roles, listeners);
  }

  private static void addParts(List<String> target, String... texts) {
    for (String text : texts) {
      Arrays.stream(text.split(",", -1)).map(String::strip).forEach(target::add);
    }
  }
}
