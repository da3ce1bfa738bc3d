package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaEvent;
import io.understudy.ha.LeaderInfo;
import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.NodeStatus;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterView;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.Role;
import io.understudy.ha.RoleRegister;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.exclusion.Header;
import io.understudy.ha.internal.facts.RoleReport;
import io.understudy.ha.internal.placement.RulesDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.BiPredicate;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A declared role: what the machine announces, turned into what the application sees. State changes
 * on the election thread and first; people are told after, on the role's own thread.
 */
final class RoleRuntime implements Role {
  private static final Logger LOG = LoggerFactory.getLogger(RoleRuntime.class);

  private final RoleSpec spec;
  private final MemberId self;
  private final Requests requests;
  private final RegisterRuntime register;
  private final EventBus events;
  private final Courier courier;
  private final LeadershipWait wait = new LeadershipWait();
  private final LongFunction<Lease> leases;
  private final GroupRuntime group;
  private final RolePlacement placement;
  private final RoleGate gate;
  private final RoleMoves moves;
  private final RulesDigest rules;

  /**
   * What the application may rely on; set on the courier's thread, so that callbacks agree with it.
   */
  private volatile @Nullable Grant handedOut;

  private volatile Optional<LeaderInfo> leader = Optional.empty();
  private volatile String waiting = "";
  private volatile String stalled = "";
  private volatile boolean left;

  /** The running leadership; written by the election thread alone. */
  private volatile @Nullable Grant running;

  /** Whether people were told of it: not while the last leader may still be at work. */
  private volatile boolean begun;

  private Lease lease = new Lease(0, Long.MIN_VALUE);

  /** So that the ends of leaderships are told in order; never held while anything slow is done. */
  private final Object telling = new Object();

  /** Tells of the running leadership, or has done so; guarded by {@link #telling}. */
  private @Nullable Runnable handingOut;

  /**
   * What all roles of a node share.
   *
   * @param requests what the application waits for
   * @param events gets what people should know
   * @param leases makes a lease of its end
   * @param couldLead whether a member seems able to lead a role; asked on the election thread
   * @param audit tells who asked for what
   */
  record Shared(
      Requests requests,
      EventBus events,
      LongFunction<Lease> leases,
      BiPredicate<String, MemberId> couldLead,
      Audit audit) {}

  /**
   * Of what a role consists besides.
   *
   * @param group its resources
   * @param placement where it should be led
   * @param gates what keeps it from working beside the last leader
   */
  record Parts(GroupRuntime group, RolePlacement placement, RoleGate.Shared gates) {}

  RoleRuntime(RoleSpec spec, MemberId self, Shared shared, Parts parts) {
    this.spec = spec;
    this.self = self;
    this.group = parts.group();
    this.placement = parts.placement();
    this.rules = RulesDigest.of(spec, placement.rules().whenAllLack());
    this.gate = new RoleGate(spec, group.outlivesProcess(), this::begin, parts.gates());
    this.requests = shared.requests();
    this.events = shared.events();
    this.leases = shared.leases();
    this.moves = new RoleMoves(spec.name(), parts, shared);
    this.register = new RegisterRuntime(spec, requests, () -> running, leases);
    this.courier = new Courier("ha-role-" + spec.name());
  }

  // ---- election thread -------------------------------------------------------------------------

  /** Takes over what a machine knows that ran before the role was declared. */
  void adopt(RoleState state) {
    register.adopt(Header.unwrapped(state.outlook().committed()));
    if (leader.isPresent() || running != null) {
      return; // it hears of another one as of any news
    }
    Life known = state.outlook().leader();
    if (known != null) {
      leader = Optional.of(new LeaderInfo(known.member(), state.outlook().leaderEpoch()));
    }
  }

  void announce(Output output) {
    if (output instanceof Output.Elected elected) {
      elected(elected);
    } else if (output instanceof Output.Extend extend) {
      Grant grant = running;
      if (grant != null) {
        lease = leases.apply(extend.leaseUntilNanos());
        grant.extend(lease);
        group.extended(lease);
      }
    } else if (output instanceof Output.Revoked revoked) {
      revoked(revoked.epoch(), revoked.reason());
    } else if (output instanceof Output.LeaderSeen seen) {
      leaderSeen(seen);
    } else if (output instanceof Output.Waiting waits) {
      waiting = waits.reason();
      LOG.info("{} - {}: {}", self, name(), waits.waiting() ? waits.reason() : "votes again");
      events.publish(
          new HaEvent.VoterWaiting(Instant.now(), name(), waits.waiting(), waits.reason()));
    } else if (output instanceof Output.PeerMissing now) {
      stalled(now.reason());
    } else if (output instanceof Output.Answer answer) {
      requests.answer(answer);
    } else {
      announceRegister(output);
    }
  }

  private void stalled(String reason) {
    stalled = reason;
    LOG.info("{} - {}: {}", self, name(), reason.isEmpty() ? "needs no fence" : reason);
    events.publish(new HaEvent.PeerMissing(Instant.now(), name(), !reason.isEmpty(), reason));
  }

  private void announceRegister(Output output) {
    if (output instanceof Output.Committed committed) {
      RegisterValue value = Header.unwrapped(committed.value());
      register.announce(new Output.Committed(value));
      events.publish(new HaEvent.RegisterCommitted(Instant.now(), name(), value));
      gate.committed(committed.value());
    } else {
      register.announce(output);
    }
  }

  private void elected(Output.Elected elected) {
    lease = leases.apply(elected.leaseUntilNanos());
    begun = false;
    running = new Grant(name(), elected.epoch(), lease);
    gate.elected(elected.epoch());
  }

  /** Nobody else is at work: tells people, and starts the group; or the group goes on. */
  private void begin() {
    Grant grant = running;
    if (grant == null) {
      return;
    }
    if (begun) {
      group.resume();
      return;
    }
    synchronized (telling) {
      if (grant.isEnded() || (spec.takeover().isConditional() && !grant.isValid())) {
        return; // its lease ran out while it waited, and the machine will say so
      }
      events.publish(new HaEvent.Elected(Instant.now(), name(), grant.epoch()));
      begun = true;
      Runnable handing = () -> handOut(grant);
      handingOut = handing;
      courier.deliver(handing);
    }
    LOG.info("{} - leads {} in epoch {}", self, name(), grant.epoch());
    group.led(grant, lease);
  }

  void revoked(long epoch, RevokeReason reason) {
    Grant grant = running;
    if (grant == null || grant.epoch() != epoch) {
      return; // never announced: the register was not committed in time
    }
    running = null;
    boolean ends;
    synchronized (telling) {
      ends = grant.end() && begun;
      if (ends) {
        tellRevoked(grant, reason);
      }
    }
    group.lost();
    gate.lost();
    if (ends) { // else the watcher was faster, and has told it
      logRevoked(grant, reason);
    }
  }

  /**
   * On the watcher's thread: ends a leadership whose lease has run out, in case the election thread
   * hangs. When that thread goes on it finds the end, agrees, and tells nobody again.
   */
  void endIfRanOut() {
    Grant grant = running;
    if (grant == null) {
      return;
    }
    synchronized (telling) {
      if (!grant.endIfRanOut() || !begun) {
        return;
      }
      tellRevoked(grant, RevokeReason.LEASE_EXPIRED);
    }
    logRevoked(grant, RevokeReason.LEASE_EXPIRED);
  }

  private void tellRevoked(Grant grant, RevokeReason reason) {
    register.leadershipLost(grant);
    events.publish(new HaEvent.Revoked(Instant.now(), name(), grant.epoch(), reason));
    // What nobody was told of is taken back from the queue: while a callback hangs, leaderships
    // that come and go for days must not fill the heap.
    Runnable handing = handingOut;
    handingOut = null;
    if (handing == null || !courier.retract(handing)) {
      courier.deliver(() -> takeBack(grant, reason));
    }
  }

  /** Last: a log on a disk that hangs must hold up nobody's callback. */
  private void logRevoked(Grant grant, RevokeReason reason) {
    LOG.info("{} - leads {} no longer (epoch {}): {}", self, name(), grant.epoch(), reason.label());
  }

  /** The life is over: its machine will say nothing more. */
  void lifeEnded(RevokeReason reason) {
    Grant grant = running;
    if (grant != null) {
      revoked(grant.epoch(), reason);
    }
    register.announce(new Output.PermitEnded());
    if (!stalled.isEmpty()) {
      stalled("");
    }
    leaderSeen(new Output.LeaderSeen(null, 0));
  }

  /** Whether a caller may have seen the lease end, though the machine has not ended it. */
  boolean ranOut() {
    Grant grant = running;
    return grant != null && !grant.isValid();
  }

  private void leaderSeen(Output.LeaderSeen seen) {
    Life life = seen.leader();
    Optional<LeaderInfo> now =
        life == null ? Optional.empty() : Optional.of(new LeaderInfo(life.member(), seen.epoch()));
    if (!now.equals(leader)) {
      leader = now;
      placement.seen(now.map(LeaderInfo::member));
      events.publish(new HaEvent.LeaderChanged(Instant.now(), name(), now));
      now.ifPresent(info -> requests.leaderSeen(name(), info));
    }
  }

  // ---- the role's own thread -------------------------------------------------------------------

  private void handOut(Grant grant) {
    if (grant.isEnded()) {
      return; // over before anybody was told; so nobody is
    }
    handedOut = grant;
    wait.signal();
    spec.listener().elected(grant);
  }

  private void takeBack(Grant grant, RevokeReason reason) {
    if (handedOut == grant) {
      handedOut = null;
      spec.listener().revoked(grant, reason);
    }
  }

  // ---- any thread ------------------------------------------------------------------------------

  @Override
  public String name() {
    return spec.name();
  }

  RoleSpec spec() {
    return spec;
  }

  @Override
  public boolean isLeader() {
    Grant grant = handedOut;
    return grant != null && grant.isValid();
  }

  @Override
  public Optional<Leadership> leadership() {
    Grant grant = handedOut;
    return grant != null && grant.isValid() ? Optional.of(grant) : Optional.empty();
  }

  @Override
  public Optional<LeaderInfo> leader() {
    Optional<LeaderInfo> seen = leader;
    boolean isOver = ranOut() && seen.isPresent() && seen.get().member().equals(self);
    return isOver ? Optional.empty() : seen;
  }

  @Override
  public Leadership awaitLeadership(Duration timeout)
      throws InterruptedException, TimeoutException {
    Optional<Leadership> found = wait.until(this::leadership, timeout);
    return found.orElseThrow(
        () ->
            new TimeoutException(
                self
                    + " does not lead "
                    + name()
                    + " after "
                    + timeout.toMillis()
                    + " ms; known leader: "
                    + leader.map(Record::toString).orElse("none")
                    + (waiting.isEmpty() ? "" : "; this member " + waiting)));
  }

  @Override
  public CompletionStage<Void> resign() {
    return moves.resign(Audit.APPLICATION);
  }

  @Override
  public CompletionStage<LeaderInfo> handOver(MemberId successor) {
    return moves.handOver(successor, Audit.APPLICATION);
  }

  @Override
  public void resetFailCount() {
    moves.resetFailCount(Audit.APPLICATION);
  }

  /** The same, in somebody's name. */
  RoleMoves moves() {
    return moves;
  }

  @Override
  public RoleRegister register() {
    return register;
  }

  RegisterView registerView() {
    return register.view();
  }

  NodeStatus.RoleStatus status() {
    long leftMillis = leadership().map(l -> l.remaining().toMillis()).orElse(0L);
    return new NodeStatus.RoleStatus(
        name(),
        leader(),
        isLeader(),
        leftMillis,
        register.view().value().version(),
        Stream.of(waiting, stalled, gate.waiting(), unfit(), placement.whyNot())
            .filter(reason -> !reason.isEmpty())
            .findFirst()
            .orElse(""));
  }

  /** Runs for the role no more, whatever becomes possible. Election thread. */
  void leave() {
    left = true;
  }

  /** Whether this member may lead it, as far as the role itself is concerned. */
  boolean mayLead() {
    return !left && unfit().isEmpty() && placement.mayRun();
  }

  /** Why not, as far as its resources and its register are concerned; empty if it may. */
  private String unfit() {
    String resources = group.ineligible();
    return resources.isEmpty() ? gate.objection() : resources;
  }

  Input.Candidacy candidacy(boolean mayLead) {
    return new Input.Candidacy(mayLead, placement.order());
  }

  /** What other members should know of it. Election thread. */
  RoleReport report() {
    return new RoleReport(
        left ? "the node is being closed" : unfit(),
        Math.max(group.stoppedThrough(), gate.stoppedThrough(group.atWorkEpoch())),
        rules);
  }

  /** Who leads it, as far as is known. */
  Optional<MemberId> knownLeader() {
    return leader.map(LeaderInfo::member);
  }

  RolePlacement placement() {
    return placement;
  }

  GroupRuntime group() {
    return group;
  }

  RoleGate gate() {
    return gate;
  }

  void close(long timeoutNanos) {
    courier.close(timeoutNanos);
  }
}
