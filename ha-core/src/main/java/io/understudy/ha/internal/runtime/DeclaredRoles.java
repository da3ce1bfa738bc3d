package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaNode;
import io.understudy.ha.MemberId;
import io.understudy.ha.NodeStatus;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.exclusion.ExclusionStep;
import io.understudy.ha.internal.exclusion.StoppedThrough;
import io.understudy.ha.internal.facts.RoleReport;
import io.understudy.ha.internal.facts.RulesReport;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The roles that the application declared on a node: each life runs for them, hears whether the
 * node may lead, and tells them what its machines announce. Election thread, except where a method
 * says otherwise.
 */
final class DeclaredRoles {
  private final Lives lives;
  private final Requests requests;
  private final RoleRuntime.Shared shared;
  private final Groups groups;
  private final Placements placements;
  private final RoleGate.Shared gates;
  private final Supplier<Set<MemberId>> reachable;
  private final Map<String, RoleRuntime> roles = new ConcurrentHashMap<>();

  /** Roles whose resources stop because this member is not to lead them. Election thread. */
  private final Set<String> stopping = new HashSet<>();

  private volatile RulesReport rules = RulesReport.NONE;
  private volatile boolean standby;
  private volatile String refusal = "";

  /**
   * What makes a role more than an election.
   *
   * @param groups its resources
   * @param placements where it should be led
   * @param gates what keeps it from working beside the last leader
   */
  record Parts(Groups groups, Placements placements, RoleGate.Shared gates) {}

  /**
   * None yet.
   *
   * @param lives that run for them
   * @param shared what they share
   * @param parts of which a role consists, too
   * @param reachable whom this member sees
   */
  DeclaredRoles(
      Lives lives, RoleRuntime.Shared shared, Parts parts, Supplier<Set<MemberId>> reachable) {
    this.lives = lives;
    this.requests = shared.requests();
    this.shared = shared;
    this.groups = parts.groups();
    this.placements = parts.placements();
    this.gates = parts.gates();
    this.reachable = reachable;
  }

  // ---- election thread -------------------------------------------------------------------------

  /** The role was declared: it is decided about from now on. */
  void begin(RoleRuntime role) {
    role.placement().begin();
    enter(role);
  }

  /**
   * Whether the running life runs for the role. Whatever changes that comes through here: who is
   * not eligible resigns at once, so a leader whose resources work stops them first, and then it is
   * asked again.
   */
  void enter(RoleRuntime role) {
    if (mayLead(role) || !role.group().worksForItsLeader()) {
      run(role);
    } else if (stopping.add(role.name())) {
      role.group().stopThen(() -> enterAfterStop(role));
    }
  }

  /** What kept it from leading may be over. */
  private void enterAfterStop(RoleRuntime role) {
    stopping.remove(role.name());
    run(role);
    if (mayLead(role)) {
      role.group().goOn();
    }
  }

  private boolean mayLead(RoleRuntime role) {
    return !standby && refusal.isEmpty() && role.mayLead();
  }

  private void run(RoleRuntime role) {
    lives.run(
        core -> {
          core.input(role.name(), role.candidacy(mayLead(role)));
          core.inputAll(new Input.PeersSeen(reachable.get()));
          RoleState state = core.state(role.name());
          if (state != null) {
            role.adopt(state);
          }
        });
  }

  /** A life has begun, or whether the node may lead has changed. */
  void enterAll() {
    roles.values().forEach(this::enter);
  }

  void standby(boolean on) {
    standby = on;
    enterAll();
  }

  /** From now on the node leads nothing, and says why. Only the first reason counts. */
  boolean refuse(String reason) {
    if (!refusal.isEmpty()) {
      return false;
    }
    refusal = reason;
    return true;
  }

  /** What the application asks of a role's machine. */
  void input(String role, Input input) {
    RoleRuntime declared = roles.get(role);
    Input complete = declared == null ? input : declared.gate().complete(input);
    lives.run(core -> core.input(role, complete));
    if (input instanceof Input.Resign || input instanceof Input.Write) {
      requests.failIfUnanswered(input, lives.inService());
    }
  }

  /** What a machine says; nobody hears it if its role was not declared here. */
  void announce(String role, Output announcement) {
    RoleRuntime declared = roles.get(role);
    if (declared != null) {
      declared.announce(announcement);
      if (announcement instanceof Output.Revoked && stopping.contains(role)) {
        CompletableFuture<Void> unused = requests.does(() -> enter(declared));
      }
    }
  }

  /**
   * What other members should know of the roles, and that others are not declared here.
   *
   * @param known the roles of which this member has heard
   */
  Map<String, RoleReport> reports(Iterable<String> known) {
    Map<String, RoleReport> reports = new TreeMap<>();
    for (String role : known) {
      if (!role.startsWith("_") && !roles.containsKey(role)) {
        reports.put(role, undeclared(role));
      }
    }
    roles.forEach(
        (name, role) -> {
          RoleReport said = role.report();
          if (!said.equals(RoleReport.NOTHING)) {
            reports.put(name, said);
          }
        });
    return reports;
  }

  private RoleReport undeclared(String role) {
    RoleState state = lives.state(role);
    return RoleReport.undeclared(
        state == null
            ? 0
            : StoppedThrough.ofUndeclared(lives.self().member(), state.ballot().register()));
  }

  /** Another member has reported: of a role that is not in it, it has nothing to say any more. */
  void heard(MemberId from, Map<String, RoleReport> said) {
    roles.forEach((name, role) -> role.heard(from, said.getOrDefault(name, RoleReport.NOTHING)));
  }

  /** Who leads each role, as far as is known; the others are not in it. */
  Map<String, MemberId> leaders() {
    Map<String, MemberId> leaders = new TreeMap<>();
    roles.forEach((name, role) -> role.knownLeader().ifPresent(who -> leaders.put(name, who)));
    return leaders;
  }

  /** A caller may have seen a lease end that the machine takes for running, by the wall clock. */
  void resignWhatRanOut() {
    for (RoleRuntime role : roles.values()) {
      if (role.ranOut()) {
        input(role.name(), new Input.Resign(0, null, RevokeReason.LEASE_EXPIRED));
      }
    }
  }

  /** Time has passed for those that wait before they begin. */
  void tick() {
    for (RoleRuntime role : roles.values()) {
      if (role.gate().tick()) {
        enter(role);
      }
    }
  }

  /** The earlier of that time and what they wait for. */
  long wakeAtNanos(long othersNanos) {
    long earliest = othersNanos;
    for (RoleRuntime role : roles.values()) {
      earliest = ExclusionStep.earlier(earliest, role.gate().wakeAtNanos());
    }
    return earliest;
  }

  /** A member has said how things are with a role there. */
  void told(String role, Life from, RoleReport said) {
    declared(role, found -> found.gate().told(from, said));
  }

  /** A fence hook of this member has answered. */
  void fenceAnswered(Input.FenceAnswered answer) {
    roles.values().forEach(role -> role.gate().fenceAnswered(answer));
  }

  /** The node is being closed: gives up each role and runs for none. */
  void leaveAll() {
    for (RoleRuntime role : roles.values()) {
      leave(role);
      role.lifeEnded(RevokeReason.CLOSED);
    }
  }

  /** The node is being closed and the role's resources have stopped: it leads it no more. */
  void leave(String name) {
    RoleRuntime role = roles.get(name);
    if (role != null) {
      leave(role);
    }
  }

  private void leave(RoleRuntime role) {
    role.leave();
    lives.runIfAlive(
        core -> {
          core.input(role.name(), new Input.Resign(0, null, RevokeReason.CLOSED));
          core.input(role.name(), role.candidacy(false));
        });
  }

  /** Closes the gates: the machines will say nothing more. Or any thread after the election's. */
  void lifeEnded(RevokeReason reason) {
    roles.values().forEach(role -> role.lifeEnded(reason));
  }

  // ---- the watcher's thread --------------------------------------------------------------------

  /** Ends what has run out, in case the election thread hangs. */
  void endWhatRanOut() {
    roles.values().forEach(RoleRuntime::endIfRanOut);
  }

  // ---- any thread ------------------------------------------------------------------------------

  /**
   * Takes a role in; somebody must let it {@linkplain #begin begin} then.
   *
   * @throws IllegalStateException if it is declared already, or there are too many
   * @throws IllegalArgumentException if the rules of all roles cannot be kept together
   */
  synchronized RoleRuntime add(RoleSpec spec) {
    if (roles.size() >= HaNode.MAX_ROLES) {
      throw new IllegalStateException(
          "role '"
              + spec.name()
              + "': this member has declared "
              + HaNode.MAX_ROLES
              + ", all there can be");
    }
    if (roles.containsKey(spec.name())) {
      throw new IllegalStateException("role '" + spec.name() + "' is declared already");
    }
    RolePlacement placement = placements.make(spec, new Actions(spec.name()));
    RoleRuntime role =
        new RoleRuntime(
            spec,
            lives.self().member(),
            shared,
            new RoleRuntime.Parts(groupOf(spec), placement, gates));
    placements.add(placement, !spec.group().entries().isEmpty());
    roles.put(spec.name(), role);
    rules =
        RulesReport.of(
            roles.values().stream()
                .collect(Collectors.toMap(RoleRuntime::name, RoleRuntime::rules)));
    groups.add(role.group());
    return role;
  }

  /** What the placement of a role brings about. The role is there before anything happens. */
  private final class Actions implements RolePlacement.Actions {
    private final String name;

    Actions(String name) {
      this.name = name;
    }

    private RoleRuntime role() {
      return Objects.requireNonNull(roles.get(name));
    }

    @Override
    public void entered() {
      enter(role());
    }

    /** Otherwise it is on its way out already. */
    @Override
    public boolean mayAct() {
      return mayLead(role());
    }

    @Override
    public CompletionStage<?> handOver(MemberId to) {
      return role().moves().handOver(to, MoveLog.BY_RULES);
    }

    @Override
    public CompletionStage<?> giveUp() {
      return role().moves().resign(MoveLog.BY_RULES);
    }

    @Override
    public void later(Runnable task) {
      CompletableFuture<Void> unused = requests.does(task);
    }
  }

  private GroupRuntime groupOf(RoleSpec spec) {
    String name = spec.name();
    return groups.make(
        spec,
        new RoleLinks(
            reason -> {
              declared(name, role -> role.placement().failed(reason));
              input(name, new Input.Resign(0, null, RevokeReason.INELIGIBLE));
            },
            () -> declared(name, this::enter),
            task -> declared(name, role -> role.gate().stopped(task)),
            () -> declared(name, role -> role.gate().goOn())));
  }

  private void declared(String name, Consumer<RoleRuntime> action) {
    RoleRuntime role = roles.get(name);
    if (role != null) {
      action.accept(role);
    }
  }

  /** All of them, in no order. */
  Collection<RoleRuntime> all() {
    return roles.values();
  }

  @Nullable RoleRuntime get(String name) {
    return roles.get(name);
  }

  /** By what rules they are placed here. */
  RulesReport rules() {
    return rules;
  }

  boolean isStandby() {
    return standby;
  }

  /** Why the node leads nothing though the application wants it to; empty if it may. */
  String refusal() {
    return refusal;
  }

  /** In the order of their names. */
  List<NodeStatus.RoleStatus> statuses() {
    return roles.values().stream()
        .map(RoleRuntime::status)
        .sorted(Comparator.comparing(NodeStatus.RoleStatus::role))
        .toList();
  }

  /** Waits so long for each role's own thread. */
  void close(long timeoutNanos) {
    roles.values().forEach(role -> role.close(timeoutNanos));
  }
}
