package io.understudy.ha.internal.runtime;

import io.understudy.ha.Explanation;
import io.understudy.ha.FenceAttempt;
import io.understudy.ha.Forecast;
import io.understudy.ha.HaConfig;
import io.understudy.ha.HaConfigurationException;
import io.understudy.ha.HaEvent;
import io.understudy.ha.HaNode;
import io.understudy.ha.MemberId;
import io.understudy.ha.NodeStatus;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.Operator;
import io.understudy.ha.Role;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.RosterAdmin;
import io.understudy.ha.RosterMember;
import io.understudy.ha.Subscription;
import io.understudy.ha.Timing;
import io.understudy.ha.WhatIf;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.facts.Maintenance;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running member as the application sees it: started, asked, closed. Decides nothing; what its
 * {@link NodeElection} does, it reads from volatile snapshots, and what it wants, it enqueues
 * there. Threadsafe.
 */
public final class NodeRuntime implements HaNode {
  private static final Logger LOG = LoggerFactory.getLogger(NodeRuntime.class);
  private static final long CLOSE_STEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final HaConfig config;
  private final FileStore store;
  private final Disk disk;
  private final EventBus events;
  private final NodeElection election;
  private final StallReporter stalls;
  private final Watch watch;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean left;

  /**
   * Makes a node; {@link #start()} sets it going.
   *
   * @param config its configuration
   * @param store its open state directory
   * @param stored what the directory holds
   * @param transport how it talks
   * @param incarnation the first life's number
   * @throws HaConfigurationException if what the directory holds of maintenance is damaged
   */
  public NodeRuntime(
      HaConfig config,
      FileStore store,
      MemberRecord stored,
      Transport transport,
      long incarnation) {
    Maintenance maintenance = store.loadMaintenance(); // first: it may refuse, and nothing runs yet
    this.config = config;
    this.store = store;
    this.events = new EventBus(config.member().value());
    config.listeners().forEach(events::subscribe);
    long stallNanos = Watch.thresholdNanos(config.timing().heartbeat().toNanos());
    Activity activity = new Activity();
    this.disk = new Disk(store, config, activity, events, stallNanos);
    this.election =
        new NodeElection(
            config,
            disk,
            events,
            activity,
            new NodeElection.Beginning(stored, transport, incarnation, maintenance));
    this.stalls = new StallReporter(config.member().value(), events, election::stack);
    this.watch =
        new Watch(
            config.member().value(),
            stallNanos,
            activity,
            election.roles()::endWhatRanOut,
            stalls::report);
  }

  // ---- beginning and end -----------------------------------------------------------------------

  /**
   * Starts the node.
   *
   * @throws IOException if the transport cannot listen
   */
  public void start() throws IOException {
    election.run(MemberCore::runForRoster);
    config.roles().forEach(this::declare);
    try {
      election.connect();
      tellStarted();
    } finally {
      // Last, so that no event comes before Started; after a failure too, because close() needs it.
      election.start();
      watch.start();
      disk.startProbing();
    }
  }

  private void tellStarted() {
    String incarnation = incarnation();
    LOG.info(
        "{} - started: cluster {}, incarnation {}, roster {}",
        member(),
        cluster(),
        incarnation,
        election.lives().roster().members().stream()
            .map(RosterMember::member)
            .map(MemberId::value)
            .collect(Collectors.joining(", ")));
    events.publish(new HaEvent.Started(Instant.now(), member(), cluster(), incarnation));
    events.publish(new HaEvent.QuorumChanged(Instant.now(), election.view().hasQuorum()));
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (election.groups().isCurrentThread()) {
      // The call must return before its group can stop: another thread waits for that.
      Threads.ordinary(this::leave, "ha-leave-" + member()).start();
    } else {
      leave();
    }
  }

  private void leave() {
    if (!election.isCurrentThread()) {
      election.groups().stopAll(election.roles()::leave);
    }
    left = true;
    CountDownLatch gone = new CountDownLatch(1);
    election.execute(
        () -> {
          election.roles().leaveAll();
          gone.countDown();
        });
    try {
      if (!election.isCurrentThread() && !gone.await(CLOSE_STEP_NANOS, TimeUnit.NANOSECONDS)) {
        LOG.warn(
            "{} - the election did not answer within a second; closing all the same", member());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    shutDown();
  }

  private void shutDown() {
    election.stop(CLOSE_STEP_NANOS);
    watch.close();
    disk.stopProbing();
    election.close(CLOSE_STEP_NANOS);
    LOG.info("{} - stopped", member());
    events.publish(new HaEvent.Stopped(Instant.now()));
    events.close(CLOSE_STEP_NANOS);
    List<String> working = election.groups().mayWork();
    if (working.isEmpty()) {
      giveBackDirectory();
    } else { // the next process would take what this one has at work for stopped
      LOG.error(
          "{} - {} may work: {} stays locked until this process ends",
          member(),
          working,
          config.stateDirectory());
    }
  }

  /**
   * Waits a second at most. A write that hangs may still replace the state when it goes on, so
   * until then the directory stays locked.
   */
  private void giveBackDirectory() {
    Thread closer = Threads.ordinary(this::closeStore, "ha-close-" + member());
    closer.start();
    try {
      TimeUnit.NANOSECONDS.timedJoin(closer, CLOSE_STEP_NANOS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (closer.isAlive()) {
      LOG.warn(
          "{} - a write to {} has not come back; the directory stays locked until it does or this"
              + " process ends",
          member(),
          config.stateDirectory());
    }
  }

  private void closeStore() {
    try {
      store.close();
    } catch (IOException e) {
      LOG.warn("{} - the lock on the state directory could not be given back", member(), e);
    }
  }

  // ---- what it is ------------------------------------------------------------------------------

  @Override
  public MemberId member() {
    return config.member();
  }

  @Override
  public String cluster() {
    return config.cluster();
  }

  @Override
  public Timing timing() {
    return config.timing();
  }

  /** For those who look inside. */
  NodeElection election() {
    return election;
  }

  private String incarnation() {
    return Long.toHexString(election.lives().self().incarnation());
  }

  @Override
  public boolean hasQuorum() {
    return election.view().hasQuorum() && election.isAwake() && !left;
  }

  @Override
  public NodeStatus status() {
    Roster inForce = election.roster().roster();
    Set<MemberId> seen = election.view().reachable();
    DeclaredRoles roles = election.roles();
    return new NodeStatus(
        member(),
        cluster(),
        incarnation(),
        hasQuorum(),
        election.lives().inService() && roles.refusal().isEmpty(),
        roles.isStandby(),
        warnings(),
        inForce.version(),
        inForce.members().stream().map(entry -> statusOf(entry, seen)).toList(),
        roles.statuses(),
        Optional.ofNullable(election.rowWitness()).map(WitnessTransport::status),
        election.roster().status(),
        election.facts().status());
  }

  private List<String> warnings() {
    WitnessTransport rowWitness = election.rowWitness();
    Stream<String> own =
        Stream.of(
            election.lives().outOfService(),
            election.roles().refusal(),
            stalls.warning(),
            disk.warning(),
            election.guardianWarning());
    Stream<String> witness = rowWitness == null ? Stream.of() : rowWitness.warnings().stream();
    Stream<String> facts = election.facts().warnings().stream();
    Stream<String> others =
        Stream.of(
                election.roles().all().stream().flatMap(role -> role.warnings().stream()),
                election.roles().all().stream().flatMap(role -> cautions(role.spec())),
                pairWithoutFence().stream(),
                witness,
                facts)
            .flatMap(some -> some);
    return Stream.concat(own, others).filter(warning -> !warning.isEmpty()).toList();
  }

  private Stream<String> cautions(RoleSpec spec) {
    return RoleCautions.of(spec, election.roster().roster(), config.fence() != null).stream();
  }

  /** Who changed the roster could not know that this member has no fence hook. */
  private Optional<String> pairWithoutFence() {
    Roster inForce = election.roster().roster();
    return inForce.contains(member())
        ? config.missingThirdVote(inForce.members())
        : Optional.empty();
  }

  private NodeStatus.MemberStatus statusOf(RosterMember entry, Set<MemberId> seen) {
    boolean reachable = entry.member().equals(member()) || seen.contains(entry.member());
    return new NodeStatus.MemberStatus(entry.member(), entry.votes(), entry.witness(), reachable);
  }

  // ---- what it is asked for --------------------------------------------------------------------

  @Override
  public Role declare(RoleSpec spec) {
    if (closed.get()) {
      throw new IllegalStateException("role '" + spec.name() + "': the node is closed");
    }
    if (config.witness()) {
      throw new IllegalStateException(
          "role '" + spec.name() + "': a witness votes for every role and leads none");
    }
    DeclaredRoles roles = election.roles();
    RoleRuntime role = roles.add(spec);
    cautions(spec).forEach(caution -> LOG.warn("{} - {}", member(), caution));
    election.execute(() -> roles.begin(role));
    return role;
  }

  @Override
  public Optional<Role> role(String name) {
    return Optional.ofNullable(election.roles().get(name));
  }

  @Override
  public RosterAdmin roster() {
    return operator(Audit.APPLICATION).roster();
  }

  @Override
  public Operator operator(String by) {
    return new OperatorDesk(by, member(), election);
  }

  @Override
  public Explanation explain(String role) {
    RoleRuntime declared = election.roles().get(role);
    if (declared == null) {
      throw new IllegalArgumentException(member() + " does not campaign for role '" + role + "'");
    }
    return declared.explain(election.facts().current());
  }

  @Override
  public Forecast simulate(WhatIf change) {
    return election.placements().simulate(change);
  }

  @Override
  public void standby(boolean on) {
    operator(Audit.APPLICATION).standby(on);
  }

  @Override
  public void maintenance(boolean on) {
    operator(Audit.APPLICATION).maintenance(on);
  }

  @Override
  public void confirmEmptyState() {
    election.run(core -> core.inputAll(new Input.EmptyStateConfirmed()));
  }

  @Override
  public void confirmFenced(MemberId off) {
    CompletableFuture<Void> asked =
        operator(Audit.APPLICATION).confirmFenced(off).toCompletableFuture();
    try {
      asked.getNow(null);
    } catch (CompletionException e) {
      if (e.getCause() instanceof OperationRefusedException refused) {
        throw refused;
      }
      throw e;
    }
  }

  @Override
  public List<FenceAttempt> fenceHistory() {
    return election.fencer().history();
  }

  @Override
  public Subscription subscribe(Consumer<? super HaEvent> listener) {
    return events.subscribe(listener);
  }
}
