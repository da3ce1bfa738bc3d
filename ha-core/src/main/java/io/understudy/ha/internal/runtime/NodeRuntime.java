package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.HaNode;
import io.understudy.ha.MemberId;
import io.understudy.ha.NodeStatus;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.Role;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.RosterMember;
import io.understudy.ha.Subscription;
import io.understudy.ha.Timing;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
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
  private final Lives lives;
  private final EventLoop loop;
  private final EventBus events;
  private final Requests requests;
  private final Map<String, RoleRuntime> roles = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile Set<MemberId> reachable = Set.of();
  private volatile boolean quorum;
  private final ClockWatch clocks;
  private long lookAgainNanos = System.nanoTime();
  private volatile boolean standby;
  private volatile boolean refused;

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
    this.transport = transport;
    this.events = new EventBus(config.member().value());
    config.listeners().forEach(events::subscribe);
    this.requests = new Requests(this::enqueue, Answers.of(config.member().value()));
    this.lives = new Lives(config, store, stored, transport, incarnation, this::announce);
    this.clocks = new ClockWatch(config.timing().lease().toNanos());
    this.loop =
        new EventLoop(
            "ha-" + config.member(),
            config.timing().heartbeat().toNanos(),
            new EventLoop.Turns(this::look, this::tick, lives::wakeAtNanos, this::fault));
    this.quorum = seesQuorum(Set.of());
  }

  /**
   * Starts the node.
   *
   * @throws IOException if the transport cannot listen
   */
  public void start() throws IOException {
    config.roles().forEach(this::declare);
    try {
      lives.connect(new Incoming());
      tellStarted();
    } finally {
      // Last, so that no event comes before Started; after a failure too, because close() needs it.
      loop.start();
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
    public void received(Envelope envelope) {
      loop.executeMessage(() -> lives.run(core -> core.receive(envelope)));
    }

    @Override
    public void reachableChanged() {
      loop.execute(() -> {}); // looked up by the tick that follows
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

  private void announce(String role, Output announcement) {
    RoleRuntime declared = roles.get(role);
    if (declared != null) {
      declared.announce(announcement);
    }
  }

  /** Before anything else: what did this process miss? */
  private void look() {
    long wallJumpMillis = clocks.wallJumpMillis();
    if (wallJumpMillis > 0) {
      // The monotonic clock may have stood still, so nothing that was measured with it can be
      // relied on.
      lives.end(
          "the wall clock jumped ahead by "
              + wallJumpMillis
              + " ms: it was set, or this machine was suspended");
      serviceMayHaveChanged();
    }
    noticePause();
  }

  /**
   * After a pause longer than a lease nothing is known of the others: what was seen before it is
   * forgotten, and for a heartbeat only what is heard since counts.
   */
  private void noticePause() {
    long sinceNanos = clocks.sinceLookNanos();
    if (sinceNanos > config.timing().lease().toNanos()) {
      LOG.warn(
          "{} - paused for {} ms, longer than a lease; looks for the others anew",
          member(),
          TimeUnit.NANOSECONDS.toMillis(sinceNanos));
      see(Set.of());
      lookAgainNanos = System.nanoTime() + config.timing().heartbeat().toNanos();
    }
    clocks.look();
  }

  private void tick() {
    if (System.nanoTime() - lookAgainNanos >= 0) {
      see(transport.reachable());
    }
    for (RoleRuntime role : roles.values()) {
      if (role.ranOut()) {
        input(role.name(), new Input.Resign(0, null, RevokeReason.LEASE_EXPIRED));
      }
    }
    lives.run(MemberCore::tick);
    serviceMayHaveChanged();
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
                roles.values().forEach(this::enter);
              }
              events.publish(
                  new HaEvent.ServiceChanged(Instant.now(), change.inService(), change.reason()));
            });
  }

  private void enter(RoleRuntime role) {
    lives.run(
        core -> {
          core.input(role.name(), role.candidacy(!standby && !refused));
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
    boolean now = seesQuorum(members);
    if (now != quorum) {
      quorum = now;
      LOG.info("{} - quorum {}", member(), now ? "held" : "lost");
      events.publish(new HaEvent.QuorumChanged(Instant.now(), now));
    }
  }

  private boolean seesQuorum(Set<MemberId> members) {
    return lives.roster().isQuorum(m -> m.equals(member()) || members.contains(m));
  }

  private void refuse(String reason) {
    if (!refused) {
      refused = true;
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
    RoleRuntime role = new RoleRuntime(spec, member(), requests, events);
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
    return quorum && clocks.sinceLookNanos() <= config.timing().lease().toNanos() && !closed.get();
  }

  @Override
  public NodeStatus status() {
    Roster roster = lives.roster();
    Set<MemberId> seen = reachable;
    return new NodeStatus(
        member(),
        cluster(),
        Long.toHexString(lives.self().incarnation()),
        hasQuorum(),
        lives.inService() && !refused,
        standby,
        roster.version(),
        roster.members().stream().map(entry -> statusOf(entry, seen)).toList(),
        roles.values().stream()
            .map(RoleRuntime::status)
            .sorted(Comparator.comparing(NodeStatus.RoleStatus::role))
            .toList());
  }

  private NodeStatus.MemberStatus statusOf(RosterMember entry, Set<MemberId> seen) {
    boolean reachable = entry.member().equals(member()) || seen.contains(entry.member());
    return new NodeStatus.MemberStatus(entry.member(), entry.votes(), entry.witness(), reachable);
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
    loop.close(CLOSE_STEP_NANOS);
    roles.values().forEach(role -> role.lifeEnded(RevokeReason.CLOSED));
    requests.close();
    roles.values().forEach(role -> role.close(CLOSE_STEP_NANOS));
    LOG.info("{} - stopped", member());
    events.publish(new HaEvent.Stopped(Instant.now()));
    events.close(CLOSE_STEP_NANOS);
    try {
      store.close();
    } catch (IOException e) {
      LOG.warn("{} - the lock on the state directory could not be given back", member(), e);
    }
  }
}
