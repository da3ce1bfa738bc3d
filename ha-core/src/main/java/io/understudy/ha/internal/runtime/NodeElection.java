package io.understudy.ha.internal.runtime;

import io.understudy.ha.Connectivity;
import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.RosterChange;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.election.Standing;
import io.understudy.ha.internal.facts.Maintenance;
import io.understudy.ha.internal.placement.ClusterFacts;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The election of a node: the event loop, the lives on it, and the order in which clocks, view,
 * machines and roles hear of what happens. Everything that decides runs on the loop's thread, the
 * election thread; others {@linkplain #execute enqueue}.
 */
final class NodeElection {
  private static final Logger LOG = LoggerFactory.getLogger(NodeElection.class);

  private final HaConfig config;
  private final Transport transport;
  private final @Nullable WitnessTransport rowWitness;
  private final EventBus events;
  private final Lives lives;
  private final EventLoop loop;
  private final Requests requests;
  private final RosterRuntime roster;
  private final ClockWatch clocks;
  private final Pulse pulse;
  private final MoveLog moves = new MoveLog();
  private final PeerView view;
  private final @Nullable GuardianLink guardian;
  private final Groups groups;
  private final DeclaredRoles roles;
  private final Fencer fencer;
  private final Audit audit;
  private final NodeFacts facts;
  private final Placements placements;

  /**
   * With what the first life begins.
   *
   * @param stored the record on disk
   * @param network how the node talks
   * @param incarnation the life's number
   * @param maintenance the last word on maintenance on disk
   */
  record Beginning(
      MemberRecord stored, Transport network, long incarnation, Maintenance maintenance) {}

  /**
   * Makes it; {@link #connect} and {@link #start} set it going.
   *
   * @param config the node's configuration
   * @param disk where it stores
   * @param events are told what happens
   * @param activity is told what the election thread does
   * @param beginning of the first life
   */
  NodeElection(
      HaConfig config, Disk disk, EventBus events, Activity activity, Beginning beginning) {
    this.config = config;
    this.events = events;
    this.rowWitness = rowWitness(beginning.network());
    this.transport = rowWitness == null ? beginning.network() : rowWitness;
    this.requests =
        new Requests(
            this::enqueue,
            this::execute,
            Answers.of(config.member().value()),
            config.timing().lease().toNanos());
    this.lives =
        new Lives(
            config, disk, beginning.stored(), transport, beginning.incarnation(), this::announce);
    this.roster = new RosterRuntime(config.member(), lives.roster(), rosterLinks());
    this.clocks = new ClockWatch(config.timing().lease().toNanos(), Clocks.read());
    this.pulse = new Pulse(config.member(), this, clocks, requests, events);
    this.loop =
        new EventLoop(
            "ha-" + config.member(),
            config.timing().heartbeat().toNanos(),
            new EventLoop.Turns(pulse::look, pulse::tick, pulse::wakeAtNanos, pulse::fault),
            activity);
    this.audit = new Audit(config.member(), events);
    this.view = new PeerView(config, transport, lives, roster, events);
    this.guardian =
        config
            .safeguards()
            .guardian()
            .filter(wanted -> !config.witness())
            .map(wanted -> new GuardianLink(config, wanted, events, loop::execute))
            .orElse(null);
    this.groups =
        new Groups(
            config.member(),
            new Groups.Shared(
                loop::execute, events, new LastResort(), requests.answers(), this::factsChanged),
            guardian,
            new RunNotes(config.member().value(), config.stateDirectory()));
    this.placements =
        new Placements(
            this::currentFacts, Placements.settingsOf(config), whenAllLack(), moves, events);
    this.roles =
        new DeclaredRoles(
            lives,
            new RoleRuntime.Shared(
                requests,
                events,
                clocks::lease,
                this::couldLead,
                audit,
                () -> loop.execute(this::factsChanged)),
            new DeclaredRoles.Parts(
                groups,
                placements,
                new RoleGate.Shared(config, lives, new Fences(), events, this::isGuarded)),
            view::reachable);
    this.fencer =
        new Fencer(
            config,
            life -> life.equals(lives.self()) && lives.inService(),
            member -> view.reachable().contains(member),
            events::publish,
            answer -> loop.execute(() -> fenceAnswered(answer)));
    this.facts =
        new NodeFacts(
            config,
            new NodeFacts.Node(lives, roster, view, roles, groups),
            new NodeFacts.Links(transport, events, loop),
            new MaintenanceSwitch(
                config.member(), beginning.maintenance(), disk::saveMaintenance, events));
    facts.whenChanged(placements::look);
    facts.whenReported(
        (from, role, said) -> {
          view.heard(from.member());
          roles.told(role, from, said);
        });
  }

  private ClusterFacts currentFacts() {
    return facts.current();
  }

  private Connectivity.WhenAllLack whenAllLack() {
    return config.safeguards().connectivity().whenAllLack();
  }

  private @Nullable WitnessTransport rowWitness(Transport network) {
    return config
        .rowWitness()
        .map(row -> new WitnessTransport(network, config, row, this::stateOf, events))
        .orElse(null);
  }

  private RosterRuntime.Links rosterLinks() {
    return new RosterRuntime.Links(
        this::wish, events, requests.answers(), config.rowWitness().isPresent());
  }

  // ---- parts -----------------------------------------------------------------------------------

  Lives lives() {
    return lives;
  }

  PeerView view() {
    return view;
  }

  DeclaredRoles roles() {
    return roles;
  }

  Audit audit() {
    return audit;
  }

  Groups groups() {
    return groups;
  }

  RosterRuntime roster() {
    return roster;
  }

  /** What placement goes by. */
  Placements placements() {
    return placements;
  }

  NodeFacts facts() {
    return facts;
  }

  Fencer fencer() {
    return fencer;
  }

  /** The witness in a database, or null if there is none. */
  @Nullable WitnessTransport rowWitness() {
    return rowWitness;
  }

  /** Why a guardian that is wanted does not run; empty if nothing is wrong. */
  String guardianWarning() {
    return guardian == null ? "" : guardian.warning();
  }

  // ---- any thread ------------------------------------------------------------------------------

  /**
   * Lets the first life talk.
   *
   * @throws IOException if the transport cannot listen
   */
  void connect() throws IOException {
    lives.connect(new Incoming());
  }

  /** Runs what was enqueued, and what is from now on. */
  void start() {
    clocks.begin(Clocks.read());
    view.begin();
    loop.start();
    if (guardian != null) {
      guardian.start();
    }
    facts.start();
  }

  /** Does something on the election thread. */
  void execute(Runnable task) {
    loop.execute(task);
  }

  /** Does something with the running life on the election thread. */
  void run(Consumer<MemberCore> action) {
    loop.execute(() -> lives.run(action));
  }

  boolean isCurrentThread() {
    return loop.isCurrentThread();
  }

  /** Where in the code the election thread is now. */
  StackTraceElement[] stack() {
    return loop.stack();
  }

  /** Whether the election thread has looked around within the last lease. */
  boolean isAwake() {
    return clocks.sinceLookNanos(System.nanoTime()) <= config.timing().lease().toNanos();
  }

  /** Nothing is sent, fenced or decided any more. Waits so long for the election thread. */
  void stop(long timeoutNanos) {
    facts.close();
    transport.close();
    fencer.close();
    loop.close(timeoutNanos);
    groups.close();
  }

  /** After {@link #stop}: tells the application that all is over, and waits so long for each. */
  void close(long timeoutNanos) {
    roles.lifeEnded(RevokeReason.CLOSED);
    if (guardian != null) {
      guardian.close();
    }
    requests.close();
    roster.close();
    roles.close(timeoutNanos);
  }

  /** Does something on the election thread; what it throws there fails the future. */
  CompletableFuture<Void> does(Runnable task) {
    return requests.does(task);
  }

  private void enqueue(String role, Input input) {
    loop.execute(() -> roles.input(role, input));
  }

  private void wish(long number, RosterGoal goal) {
    run(core -> core.wish(number, goal));
  }

  /** What the transport brings. */
  private final class Incoming implements Transport.Listener {
    @Override
    public void received(List<Envelope> envelopes) {
      List<Envelope> votes = facts.withoutReports(envelopes);
      if (votes.isEmpty()) {
        return;
      }
      List<Envelope> believed =
          config.crashProof() ? votes : votes.stream().map(Envelope::withoutDeaths).toList();
      loop.executeMessage(
          () -> {
            believed.forEach(this::noteResignation);
            lives.run(core -> core.receive(believed));
          });
    }

    private void noteResignation(Envelope envelope) {
      if (envelope.message() instanceof Message.Resignation resigned) {
        Optional<MemberId> successor = Optional.ofNullable(resigned.successor());
        moves.resigned(envelope.role(), envelope.from().member(), successor);
      }
    }

    @Override
    public void reachableChanged() {
      loop.execute(() -> {}); // looked up by the tick that follows
    }

    @Override
    public void died(Life life, long tookNanos) {
      loop.execute(
          () -> {
            if (config.crashProof()) {
              moves.died(life.member());
            }
            view.bury(life, tookNanos);
          });
    }

    @Override
    public void refused(String reason) {
      loop.execute(() -> refuse(reason));
    }
  }

  // ---- election thread -------------------------------------------------------------------------

  private void factsChanged() {
    facts.changed();
  }

  /** As far as a leader can know; the machine has the last word. */
  private boolean couldLead(String role, MemberId successor) {
    RoleState state = lives.state(role);
    boolean refuses =
        state != null
            && state.standing() instanceof Standing.Leader leader
            && !isElectable(leader.peers().get(successor));
    return !refuses && roster.roster().mayLead(successor) && view.reachable().contains(successor);
  }

  private static boolean isElectable(Standing.@Nullable Peer peer) {
    return peer != null && peer.electable();
  }

  private @Nullable RoleState stateOf(String role) {
    return lives.state(role);
  }

  private void announce(String role, Output announcement) {
    if (announcement instanceof Output.Fence wanted) {
      fencer.ask(lives.self(), role, wanted);
    } else if (role.equals(RosterChange.ROLE)) {
      announceOfRoster(announcement);
      return;
    } else if (announcement instanceof Output.PeerMissing peer && peer.reason().isEmpty()) {
      fencer.callOff(role);
    }
    roles.announce(role, announcement);
  }

  /** For roles that wait before they begin. */
  private final class Fences implements RoleGate.Fences {
    @Override
    public void ask(String role, Output.Fence wanted) {
      fencer.ask(lives.self(), role, wanted);
    }

    @Override
    public void callOff(String role) {
      fencer.callOff(role);
    }
  }

  private boolean isGuarded(String role) {
    return guardian != null && guardian.guards(role);
  }

  private void announceOfRoster(Output announcement) {
    roster.announce(announcement);
    if (announcement instanceof Output.RosterInForce inForce) {
      transport.roster(inForce.roster());
      loop.execute(view::quorumMayHaveChanged);
    }
  }

  /**
   * What another life asked for is nothing to this one. The gates hear it first: it may make this
   * member the leader, and a gate that knows nothing of it yet would have the same fenced again.
   */
  private void fenceAnswered(Fencer.Answer answer) {
    if (answer.by().equals(lives.self())) {
      roles.fenceAnswered(answer.input());
      lives.runIfAlive(core -> core.inputAll(answer.input()));
    }
  }

  private void refuse(String reason) {
    if (roles.refuse(reason)) {
      LOG.error("{} - {}", config.member(), reason);
      roles.enterAll();
      events.publish(new HaEvent.Refused(Instant.now(), reason));
    }
  }
}
