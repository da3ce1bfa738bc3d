package io.understudy.ha.internal.runtime;

import io.understudy.ha.Explanation;
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
import io.understudy.ha.internal.placement.ClusterFacts;
import io.understudy.ha.internal.placement.RulesDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
  private final Tenure tenure;
  private final GroupRuntime group;
  private final RolePlacement placement;
  private final RoleMoves moves;
  private final RulesDigest rules;

  private volatile Optional<LeaderInfo> leader = Optional.empty();
  private volatile String waiting = "";
  private volatile String stalled = "";
  private volatile boolean left;

  /**
   * What all roles of a node share.
   *
   * @param requests what the application waits for
   * @param events gets what people should know
   * @param leases makes a lease of its end
   * @param couldLead whether a member seems able to lead a role; asked on the election thread
   * @param audit tells who asked for what
   * @param toldMore is told on any thread that this member has more to report
   */
  record Shared(
      Requests requests,
      EventBus events,
      LongFunction<Lease> leases,
      BiPredicate<String, MemberId> couldLead,
      Audit audit,
      Runnable toldMore) {}

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
    this.requests = shared.requests();
    this.events = shared.events();
    this.moves = new RoleMoves(spec.name(), parts, shared);
    RegisterRuntime.Said said = RegisterRuntime.Said.nothing(self, shared.toldMore(), requests);
    this.register = new RegisterRuntime(spec, requests, this::running, shared.leases(), said);
    this.courier = new Courier("ha-role-" + spec.name());
    Tenure.Told told = new Tenure.Told(events, courier, register::leadershipLost, wait::signal);
    this.tenure = new Tenure(spec, self, told, shared.leases(), parts);
  }

  private @Nullable Grant running() {
    return tenure.running();
  }

  // ---- election thread -------------------------------------------------------------------------

  /** Takes over what a machine knows that ran before the role was declared. */
  void adopt(RoleState state) {
    register.adopt(Header.unwrapped(state.outlook().committed()));
    if (leader.isPresent() || tenure.running() != null) {
      return; // it hears of another one as of any news
    }
    Life known = state.outlook().leader();
    if (known != null) {
      leader = Optional.of(new LeaderInfo(known.member(), state.outlook().leaderEpoch()));
    }
  }

  void announce(Output output) {
    if (output instanceof Output.Elected elected) {
      tenure.elected(elected);
    } else if (output instanceof Output.Extend extend) {
      tenure.extend(extend);
    } else if (output instanceof Output.Revoked revoked) {
      noteLoss(revoked.reason());
      tenure.revoked(revoked.epoch(), revoked.reason());
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
      gate().committed(committed.value());
    } else {
      register.announce(output);
    }
  }

  private void noteLoss(RevokeReason reason) {
    if (tenure.running() != null) {
      placement.lost(whyLost(reason));
    }
  }

  private String whyLost(RevokeReason reason) {
    String why = unfit().isEmpty() ? placement.whyNot() : unfit();
    return reason == RevokeReason.INELIGIBLE && !why.isEmpty()
        ? self + " may not lead it: " + why
        : self + " lost it: " + reason.label();
  }

  /** The life is over: its machine will say nothing more. */
  void lifeEnded(RevokeReason reason) {
    noteLoss(reason);
    tenure.revoked(reason);
    register.announce(new Output.PermitEnded());
    if (!stalled.isEmpty()) {
      stalled("");
    }
    leaderSeen(new Output.LeaderSeen(null, 0));
  }

  /** Whether a caller may have seen the lease end, though the machine has not ended it. */
  boolean ranOut() {
    Grant grant = tenure.running();
    return grant != null && !grant.isValid();
  }

  /** See {@link Tenure#endIfRanOut}. */
  void endIfRanOut() {
    tenure.endIfRanOut();
  }

  private void leaderSeen(Output.LeaderSeen seen) {
    Life life = seen.leader();
    Optional<LeaderInfo> now =
        life == null ? Optional.empty() : Optional.of(new LeaderInfo(life.member(), seen.epoch()));
    if (!now.equals(leader)) {
      leader = now;
      placement.seen(now.map(LeaderInfo::member));
      now.filter(info -> !info.member().equals(self))
          .ifPresent(
              info ->
                  LOG.info(
                      "{} - {} leads {} in epoch {}", self, info.member(), name(), info.epoch()));
      events.publish(new HaEvent.LeaderChanged(Instant.now(), name(), now));
      now.ifPresent(info -> requests.leaderSeen(name(), info));
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
    Grant grant = tenure.handedOut();
    return grant != null && grant.isValid();
  }

  @Override
  public Optional<Leadership> leadership() {
    Grant grant = tenure.handedOut();
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
        Stream.concat(
                Stream.concat(Stream.of(waiting), alarms()), Stream.of(unfit(), placement.whyNot()))
            .filter(reason -> !reason.isEmpty())
            .findFirst()
            .orElse(""));
  }

  /** What keeps the role from working though a member leads it or could, a sentence each. */
  private Stream<String> alarms() {
    return Stream.of(stalled, gate().waiting(), group.held()).filter(reason -> !reason.isEmpty());
  }

  /** The same for the whole node's list. */
  List<String> warnings() {
    return alarms().map(reason -> "role " + name() + ": " + self + " " + reason).toList();
  }

  /** Why the role is where it is, and why nothing of it works if so. */
  Explanation explain(ClusterFacts facts) {
    return placement.explain(facts, alarms().toList());
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
    return resources.isEmpty() ? gate().objection() : resources;
  }

  Input.Candidacy candidacy(boolean mayLead) {
    return new Input.Candidacy(mayLead, placement.order());
  }

  /** What other members should know of it. Election thread. */
  RoleReport report() {
    return register.report(
        left ? "the node is being closed" : unfit(),
        Math.max(group.stoppedThrough(), gate().stoppedThrough(group.atWorkEpoch())));
  }

  /** By what rules it is placed here. */
  RulesDigest rules() {
    return rules;
  }

  /** Another member has reported. Election thread. */
  void heard(MemberId from, RoleReport said) {
    register.heard(from, said);
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
    return tenure.gate();
  }

  void close(long timeoutNanos) {
    courier.close(timeoutNanos);
  }
}
