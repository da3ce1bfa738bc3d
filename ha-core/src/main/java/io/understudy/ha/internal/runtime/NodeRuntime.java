package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.HaNode;
import io.understudy.ha.MemberId;
import io.understudy.ha.NodeStatus;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.Role;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.RosterAdmin;
import io.understudy.ha.RosterMember;
import io.understudy.ha.Subscription;
import io.understudy.ha.Timing;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterChange;
import io.understudy.ha.internal.election.RosterGoal;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running member: the event loop, the lives of the election on it, and the roles that the
 * application declared. Everything that decides runs on the loop; other threads enqueue or read
 * volatile snapshots.
 */
public final class NodeRuntime implements HaNode {
  private static final Logger LOG = LoggerFactory.getLogger(NodeRuntime.class);
  private static final long CLOSE_STEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final HaConfig config;
  private final FileStore store;
  private final Transport transport;
  private final @Nullable WitnessTransport rowWitness;
  private final Lives lives;
  private final EventLoop loop;
  private final EventBus events;
  private final Requests requests;
  private final RosterRuntime roster;
  private final Map<String, RoleRuntime> roles = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile Set<MemberId> reachable = Set.of();
  private volatile boolean quorum;
  private final ClockWatch clocks;
  private final StallReporter stalls;
  private final Watch watch;
  private final Disk disk;
  private final Fencer fencer;
  private long lookAgainNanos = System.nanoTime();
  private volatile boolean standby;
  private volatile String refusal = "";

  /**
   * Makes a node; {@link #start()} sets it going.
   *
   * @param config its configuration
   * @param store its open state directory
   * @param stored what the directory holds
   * @param transport how it talks
   * @param incarnation the first life's number
   */
  public NodeRuntime(
      HaConfig config,
      FileStore store,
      MemberRecord stored,
      Transport transport,
      long incarnation) {
    this.config = config;
    this.store = store;
    this.events = new EventBus(config.member().value());
    this.rowWitness =
        config
            .rowWitness()
            .map(row -> new WitnessTransport(transport, config, row, this::stateOf, events))
            .orElse(null);
    this.transport = rowWitness == null ? transport : rowWitness;
    config.listeners().forEach(events::subscribe);
    this.requests = new Requests(this::enqueue, Answers.of(config.member().value()));
    long stallNanos = Watch.thresholdNanos(config.timing().heartbeat().toNanos());
    Activity activity = new Activity();
    this.disk = new Disk(store, config, activity, events, stallNanos);
    this.lives = new Lives(config, disk, stored, this.transport, incarnation, this::announce);
    this.roster =
        new RosterRuntime(
            config.member(),
            lives.roster(),
            new RosterRuntime.Links(
                this::wish, events, requests.answers(), config.rowWitness().isPresent()));
    this.clocks = new ClockWatch(config.timing().lease().toNanos(), Clocks.read());
    this.loop =
        new EventLoop(
            "ha-" + config.member(),
            config.timing().heartbeat().toNanos(),
            new EventLoop.Turns(this::look, this::tick, lives::wakeAtNanos, this::fault),
            activity);
    this.stalls = new StallReporter(config.member().value(), events, loop::stack);
    this.watch =
        new Watch(
            config.member().value(),
            stallNanos,
            activity,
            () -> roles.values().forEach(RoleRuntime::endIfRanOut),
            stalls::report);
    this.fencer =
        new Fencer(
            config,
            life -> life.equals(lives.self()) && lives.inService(),
            events::publish,
            answer -> loop.execute(() -> fenceAnswered(answer)));
    this.quorum = seesQuorum(Set.of());
  }

  /**
   * Starts the node.
   *
   * @throws IOException if the transport cannot listen
   */
  public void start() throws IOException {
    loop.execute(() -> lives.run(MemberCore::runForRoster));
    config.roles().forEach(this::declare);
    try {
      lives.connect(new Incoming());
      tellStarted();
    } finally {
      // Last, so that no event comes before Started; after a failure too, because close() needs it.
      loop.start();
      watch.start();
      disk.startProbing();
    }
  }

  private void tellStarted() {
    String incarnation = Long.toHexString(lives.self().incarnation());
    LOG.info(
        "{} - started: cluster {}, incarnation {}, roster {}",
        member(),
        cluster(),
        incarnation,
        lives.roster().members());
    events.publish(new HaEvent.Started(Instant.now(), member(), cluster(), incarnation));
    events.publish(new HaEvent.QuorumChanged(Instant.now(), quorum));
  }

  private final class Incoming implements Transport.Listener {
    @Override
    public void received(List<Envelope> envelopes) {
      List<Envelope> believed =
          config.crashProof()
              ? envelopes
              : envelopes.stream().map(Envelope::withoutDeaths).toList();
      loop.executeMessage(() -> lives.run(core -> core.receive(believed)));
    }

    @Override
    public void reachableChanged() {
      loop.execute(() -> {}); // looked up by the tick that follows
    }

    @Override
    public void died(Life life, long tookNanos) {
      loop.execute(() -> bury(life, tookNanos));
    }

    @Override
    public void refused(String reason) {
      loop.execute(() -> refuse(reason));
    }
  }

  // ---- election thread -------------------------------------------------------------------------

  private void enqueue(String role, Input input) {
    loop.execute(() -> input(role, input));
  }

  private void input(String role, Input input) {
    lives.run(core -> core.input(role, input));
    if (input instanceof Input.Resign || input instanceof Input.Write) {
      requests.failIfUnanswered(input, lives.inService());
    }
  }

  private @Nullable RoleState stateOf(String role) {
    return lives.state(role);
  }

  private void wish(long number, RosterGoal goal) {
    loop.execute(() -> lives.run(core -> core.wish(number, goal)));
  }

  private void announceOfRoster(Output announcement) {
    roster.announce(announcement);
    if (announcement instanceof Output.RosterInForce inForce) {
      transport.roster(inForce.roster());
      loop.execute(this::quorumMayHaveChanged);
    }
  }

  private void announce(String role, Output announcement) {
    if (announcement instanceof Output.Fence wanted) {
      fencer.ask(lives.self(), role, wanted);
    } else if (role.equals(RosterChange.ROLE)) {
      announceOfRoster(announcement);
      return;
    }
    RoleRuntime declared = roles.get(role);
    if (declared != null) {
      declared.announce(announcement);
    }
  }

  /** What another life asked for is nothing to this one. */
  private void fenceAnswered(Fencer.Answer answer) {
    if (answer.by().equals(lives.self())) {
      lives.runIfAlive(core -> core.inputAll(answer.input()));
    }
  }

  /** Before anything else: what did this process miss? */
  private void look() {
    ClockWatch.Missed missed = clocks.look(Clocks.read());
    if (missed.wallJumpMillis() > 0) {
      lives.end(
          "the wall clock jumped ahead by "
              + missed.wallJumpMillis()
              + " ms: it was set, or this machine was suspended");
      serviceMayHaveChanged();
    } else if (missed.wallJumpMillis() < 0) {
      LOG.warn(
          "{} - the wall clock was set back by {} ms; nothing here depends on it",
          member(),
          -missed.wallJumpMillis());
    }
    if (missed.pausedNanos() > 0) {
      lookForOthersAnew(missed.pausedNanos());
    }
    resignWhatRanOut();
  }

  /**
   * After a pause longer than a lease nothing is known of the others: what was seen before it is
   * forgotten, and for a heartbeat only what is heard since counts.
   */
  private void lookForOthersAnew(long pausedNanos) {
    LOG.warn(
        "{} - paused for {} ms, longer than a lease; looks for the others anew",
        member(),
        TimeUnit.NANOSECONDS.toMillis(pausedNanos));
    see(Set.of());
    lookAgainNanos = System.nanoTime() + config.timing().heartbeat().toNanos();
  }

  /** A caller may have seen a lease end that the machine takes for running, by the wall clock. */
  private void resignWhatRanOut() {
    for (RoleRuntime role : roles.values()) {
      if (role.ranOut()) {
        input(role.name(), new Input.Resign(0, null, RevokeReason.LEASE_EXPIRED));
      }
    }
  }

  private void tick() {
    if (rowWitness != null) {
      rowWitness.look();
    }
    if (System.nanoTime() - lookAgainNanos >= 0) {
      see(transport.reachable());
    }
    resignWhatRanOut();
    lives.run(MemberCore::tick);
    lives.runIfAlive(core -> roster.status(core.rosterStatus()));
    serviceMayHaveChanged();
    quorumMayHaveChanged();
  }

  private void fault(Throwable fault) {
    lives.end("an internal error ended the election: " + fault);
    serviceMayHaveChanged();
    LOG.error("{} - the election failed; this life has ended and another begins", member(), fault);
  }

  /**
   * Closes the gates when a life has ended, and sets the next one going once the state can be
   * stored.
   */
  private void serviceMayHaveChanged() {
    lives
        .pollChange()
        .ifPresent(
            change -> {
              if (!change.inService()) {
                roles.values().forEach(role -> role.lifeEnded(RevokeReason.INELIGIBLE));
                requests.abandon();
              } else {
                enterAgain();
              }
              events.publish(
                  new HaEvent.ServiceChanged(Instant.now(), change.inService(), change.reason()));
            });
  }

  private void enterAgain() {
    lives.run(
        core -> {
          core.runForRoster();
          roster.changed(core.roster());
        });
    roles.values().forEach(this::enter);
    roster.wishAgain();
  }

  private void enter(RoleRuntime role) {
    lives.run(
        core -> {
          core.input(role.name(), role.candidacy(!standby && refusal.isEmpty()));
          core.inputAll(new Input.PeersSeen(reachable));
          RoleState state = core.state(role.name());
          if (state != null) {
            role.adopt(state);
          }
        });
  }

  private void see(Set<MemberId> members) {
    if (members.equals(reachable)) {
      return;
    }
    reachable = Set.copyOf(members);
    lives.run(core -> core.inputAll(new Input.PeersSeen(reachable)));
    List<MemberId> seen = new ArrayList<>(members);
    seen.add(member());
    seen.sort(Comparator.naturalOrder());
    LOG.info("{} - sees {}", member(), seen);
    events.publish(new HaEvent.ViewChanged(Instant.now(), List.copyOf(seen)));
    quorumMayHaveChanged();
  }

  private void quorumMayHaveChanged() {
    boolean now = seesQuorum(reachable);
    if (now != quorum) {
      quorum = now;
      LOG.info("{} - quorum {}", member(), now ? "held" : "lost");
      events.publish(new HaEvent.QuorumChanged(Instant.now(), now));
    }
  }

  /** Out of the view first, so that nobody waits for the rank of the dead. */
  private void bury(Life life, long tookNanos) {
    Set<MemberId> left = new TreeSet<>(reachable);
    left.retainAll(transport.reachable());
    see(left);
    lives.run(core -> core.inputAll(new Input.Learned(new Evidence.Died(life))));
    Duration took = Duration.ofNanos(tookNanos);
    LOG.info("{} - {} has died, proved within {} ms", member(), life, took.toMillis());
    events.publish(
        new HaEvent.DeathProved(
            Instant.now(), life.member(), Long.toHexString(life.incarnation()), took));
  }

  private boolean seesQuorum(Set<MemberId> members) {
    return roster.roster().isQuorum(m -> m.equals(member()) || members.contains(m))
        || lives.isAlone();
  }

  private void refuse(String reason) {
    if (refusal.isEmpty()) {
      refusal = reason;
      LOG.error("{} - {}", member(), reason);
      roles.values().forEach(this::enter);
      events.publish(new HaEvent.Refused(Instant.now(), reason));
    }
  }

  // ---- any thread ------------------------------------------------------------------------------

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

  @Override
  public Role declare(RoleSpec spec) {
    if (closed.get()) {
      throw new IllegalStateException("role '" + spec.name() + "': the node is closed");
    }
    if (config.witness()) {
      throw new IllegalStateException(
          "role '" + spec.name() + "': a witness votes for every role and leads none");
    }
    if (roles.size() >= MAX_ROLES) {
      throw new IllegalStateException(
          "role '"
              + spec.name()
              + "': this member has declared "
              + MAX_ROLES
              + ", all there can be");
    }
    RoleRuntime role = new RoleRuntime(spec, member(), requests, events, clocks::lease);
    if (roles.putIfAbsent(spec.name(), role) != null) {
      role.close(0);
      throw new IllegalStateException("role '" + spec.name() + "' is declared already");
    }
    loop.execute(() -> enter(role));
    return role;
  }

  @Override
  public Optional<Role> role(String name) {
    return Optional.ofNullable(roles.get(name));
  }

  @Override
  public boolean hasQuorum() {
    return quorum
        && clocks.sinceLookNanos(System.nanoTime()) <= config.timing().lease().toNanos()
        && !closed.get();
  }

  @Override
  public NodeStatus status() {
    Roster inForce = roster.roster();
    Set<MemberId> seen = reachable;
    return new NodeStatus(
        member(),
        cluster(),
        Long.toHexString(lives.self().incarnation()),
        hasQuorum(),
        lives.inService() && refusal.isEmpty(),
        standby,
        warnings(),
        inForce.version(),
        inForce.members().stream().map(entry -> statusOf(entry, seen)).toList(),
        roles.values().stream()
            .map(RoleRuntime::status)
            .sorted(Comparator.comparing(NodeStatus.RoleStatus::role))
            .toList(),
        Optional.ofNullable(rowWitness).map(WitnessTransport::status),
        roster.status());
  }

  private List<String> warnings() {
    Stream<String> own = Stream.of(lives.outOfService(), refusal, stalls.warning(), disk.warning());
    Stream<String> witness = rowWitness == null ? Stream.of() : rowWitness.warnings().stream();
    Stream<String> others = Stream.concat(pairWithoutFence().stream(), witness);
    return Stream.concat(own, others).filter(warning -> !warning.isEmpty()).toList();
  }

  /** Who changed the roster could not know that this member has no fence hook. */
  private Optional<String> pairWithoutFence() {
    Roster inForce = roster.roster();
    return inForce.contains(member())
        ? config.missingThirdVote(inForce.members())
        : Optional.empty();
  }

  private NodeStatus.MemberStatus statusOf(RosterMember entry, Set<MemberId> seen) {
    boolean reachable = entry.member().equals(member()) || seen.contains(entry.member());
    return new NodeStatus.MemberStatus(entry.member(), entry.votes(), entry.witness(), reachable);
  }

  @Override
  public RosterAdmin roster() {
    return roster;
  }

  @Override
  public void standby(boolean on) {
    loop.execute(
        () -> {
          standby = on;
          roles.values().forEach(this::enter);
        });
  }

  @Override
  public void confirmEmptyState() {
    loop.execute(() -> lives.run(core -> core.inputAll(new Input.EmptyStateConfirmed())));
  }

  @Override
  public void confirmFenced(MemberId off) {
    if (off.equals(member()) || !lives.roster().contains(off)) {
      throw new IllegalArgumentException(
          "member " + off + " is " + (off.equals(member()) ? "this one" : "not in the roster"));
    }
    if (reachable.contains(off)) {
      throw new IllegalStateException(
          "member " + off + " was heard within the last lease, so it is not off");
    }
    LOG.warn("{} - an operator says that {} is off", member(), off);
    loop.execute(() -> lives.run(core -> core.inputAll(new Input.FenceConfirmed(off))));
  }

  @Override
  public Subscription subscribe(Consumer<? super HaEvent> listener) {
    return events.subscribe(listener);
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    CountDownLatch left = new CountDownLatch(1);
    loop.execute(
        () -> {
          leaveAll();
          left.countDown();
        });
    try {
      if (!loop.isCurrentThread() && !left.await(CLOSE_STEP_NANOS, TimeUnit.NANOSECONDS)) {
        LOG.warn(
            "{} - the election did not answer within a second; closing all the same", member());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    shutDown();
  }

  private void leaveAll() {
    for (RoleRuntime role : roles.values()) {
      lives.runIfAlive(
          core -> {
            core.input(role.name(), new Input.Resign(0, null, RevokeReason.CLOSED));
            core.input(role.name(), role.candidacy(false));
          });
      role.lifeEnded(RevokeReason.CLOSED);
    }
  }

  private void shutDown() {
    transport.close();
    fencer.close();
    loop.close(CLOSE_STEP_NANOS);
    watch.close();
    disk.stopProbing();
    roles.values().forEach(role -> role.lifeEnded(RevokeReason.CLOSED));
    requests.close();
    roster.close();
    roles.values().forEach(role -> role.close(CLOSE_STEP_NANOS));
    LOG.info("{} - stopped", member());
    events.publish(new HaEvent.Stopped(Instant.now()));
    events.close(CLOSE_STEP_NANOS);
    giveBackDirectory();
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
}
