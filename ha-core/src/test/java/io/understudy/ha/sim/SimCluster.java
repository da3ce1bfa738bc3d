package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Boot;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Machine;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.election.Settings;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.internal.runtime.MemberCore;
import io.understudy.ha.internal.runtime.MemberRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A cluster of real member cores on a virtual clock. */
final class SimCluster {
  /** So many events at one instant, for each link, mean that somebody wakes up without end. */
  private static final int SPIN_LIMIT = 250;

  /** For the smallest clusters, too. */
  private static final int FEWEST_LINKS = 20;

  private final Shape shape;
  private final Weather weather;
  private final Plot.Kind plot;
  private final Dice dice;
  private final Machine machine;
  private final Mutation bug;
  private final Tally tally;
  private final @Nullable Trace trace;
  private final EventQueue queue = new EventQueue();
  private final List<SimMember> members = new ArrayList<>();
  private final Map<MemberId, SimMember> byId = new HashMap<>();
  private final SimNetwork network;
  private final Invariants invariants;
  private final Chaos chaos;
  private final SimPlacement placement = new SimPlacement(this);
  private @Nullable SimWitness row;
  private final SimFences fences;
  private Beside beside = new Beside() {};
  private long now;
  private int eventsAtThisInstant;

  /** What a simulation is made with. */
  record Parts(
      Shape shape,
      Weather weather,
      Plot.Kind plot,
      Machine machine,
      Tally tally,
      @Nullable Trace trace) {}

  SimCluster(Parts parts, Dice dice) {
    this.shape = parts.shape();
    this.weather = parts.weather();
    this.plot = parts.plot();
    this.dice = dice;
    this.tally = parts.tally();
    this.trace = parts.trace();
    this.machine = new Counted(parts.machine());
    this.bug = Mutation.of(parts.machine());
    this.network = new SimNetwork(this, shape.size());
    this.invariants = new Invariants(this);
    this.chaos = new Chaos(this);
    this.fences = new SimFences(this);
    List<MemberRecord> records = shape.initialRecords(dice);
    for (int i = 0; i < shape.size(); i++) {
      SimStore store = new SimStore(shape.emptyRecord(i), records.get(i));
      SimMember member = new SimMember(this, i, chaos.drawClock(), store);
      members.add(member);
      byId.put(member.id(), member);
    }
    for (SimMember member : members) {
      invariants.stored(member, shape.emptyRecord(member.index()), member.store().stored());
    }
  }

  /** Counts steps. */
  private final class Counted implements Machine {
    private final Machine real;

    Counted(Machine real) {
      this.real = real;
    }

    @Override
    public Step start(Settings settings, Boot boot, long nowNanos) {
      tally.steps++;
      return real.start(settings, boot, nowNanos);
    }

    @Override
    public Step step(RoleState state, Input input, long nowNanos) {
      tally.steps++;
      return real.step(state, input, nowNanos);
    }
  }

  // ---- time

  /** Plans work for a member, or a {@link Runnable} for the cluster. */
  void plan(long delayNanos, @Nullable SimMember member, Object work) {
    queue.plan(now + Math.max(0, delayNanos), member, work);
  }

  /** What is under way arrives soon. */
  void hastenMessages(long withinNanos) {
    queue.hasten(Envelope.class, now + withinNanos);
    queue.hasten(SimNetwork.Parcel.class, now + withinNanos);
  }

  void later(long delayNanos, Runnable action) {
    plan(delayNanos, null, action);
  }

  /** The next event happens. */
  boolean next() {
    EventQueue.Event event = queue.poll();
    if (event == null) {
      return false;
    }
    eventsAtThisInstant = event.at() == now ? eventsAtThisInstant + 1 : 0;
    if (eventsAtThisInstant > SPIN_LIMIT * Math.max(FEWEST_LINKS, shape.size() * shape.size())) {
      throw new Violation(Invariant.CONTRACT, "thousands of events without any time passing");
    }
    now = event.at();
    tally.events++;
    if (event.member() != null) {
      event.member().offer(event.work());
    } else {
      ((Runnable) event.work()).run();
    }
    return true;
  }

  void runEvents(int count) {
    for (int i = 0; i < count && next(); i++) {
      // the events do the work
    }
  }

  /** Runs until the condition holds or so much time has passed. Whether it holds. */
  boolean runUntil(BooleanSupplier condition, long limitNanos) {
    long end = now + limitNanos;
    while (!condition.getAsBoolean()) {
      if (queue.nextAt() > end) {
        now = end;
        return condition.getAsBoolean();
      }
      next();
    }
    return true;
  }

  void runFor(long nanos) {
    runUntil(() -> false, nanos);
  }

  // ---- members

  /** Starts a member and lets it run for every role, as its application would. */
  void start(SimMember member) {
    if (member.isUp() || member.isBuried() || member.index() == shape.row()) {
      return;
    }
    if (member.store().isBroken(now)) { // as in production: tried again until it can be written
      later(shape.times().leaseNanos() / 2, () -> start(member));
      return;
    }
    member.start();
    if (!member.isUp()) {
      return;
    }
    if (row != null) {
      row.connect(member);
    }
    beside.started(member);
    chaos.started(member);
  }

  /** A member's process has ended by itself or was ended. */
  void crashed(SimMember member) {
    member.crash();
    chaos.crashed(member);
  }

  void input(SimMember member, int role, Input input) {
    String name = shape.allRoles().get(role);
    offer(member, input, core -> beside.input(member, name, input, core));
  }

  /** The member runs for a role in that way. */
  void run(SimMember member, int role, Applications.Bid bid) {
    placement.follow(member, shape.allRoles().get(role), bid);
    input(member, role, bid.candidacy());
  }

  void keepsRoster(SimMember member) {
    Consumer<MemberCore> call = MemberCore::runForRoster;
    member.offer(call);
  }

  void wish(SimMember member, long request, RosterGoal goal) {
    if (tracing() && member.isUp()) {
      trace(member, "<- wishes " + goal);
    }
    Consumer<MemberCore> call = core -> core.wish(request, goal);
    member.offer(call);
  }

  void inputAll(SimMember member, Input input) {
    offer(member, input, core -> core.inputAll(input));
  }

  private void offer(SimMember member, Input input, Consumer<MemberCore> call) {
    if (tracing() && member.isUp()) {
      trace(member, "<- " + input);
    }
    member.offer(call);
  }

  /** Whom a perfect failure detector at this member would see. */
  Set<MemberId> reachableFrom(SimMember member) {
    Set<MemberId> seen = new TreeSet<>();
    for (SimMember other : members) {
      boolean linked =
          !network.isCut(member.index(), other.index())
              && !network.isCut(other.index(), member.index());
      boolean runs = other.isUp() || (row != null && row.isServing(other));
      if (runs && linked) {
        seen.add(other.id());
      }
    }
    return seen;
  }

  // ---- parts

  long now() {
    return now;
  }

  Shape shape() {
    return shape;
  }

  Weather weather() {
    return weather;
  }

  Plot.Kind plot() {
    return plot;
  }

  Dice dice() {
    return dice;
  }

  Mutation bug() {
    return bug;
  }

  MemberCore.Election election() {
    return new MemberCore.Election(machine, bug.rosterRules());
  }

  Tally tally() {
    return tally;
  }

  SimNetwork network() {
    return network;
  }

  Invariants invariants() {
    return invariants;
  }

  SimFences fences() {
    return fences;
  }

  Chaos chaos() {
    return chaos;
  }

  SimPlacement placement() {
    return placement;
  }

  /** What runs beside the cores; nothing unless somebody wants it. */
  Beside beside() {
    return beside;
  }

  void beside(Beside others) {
    beside = others;
  }

  /** The witness that is a row in a database, if the cluster has one. */
  @Nullable SimWitness row() {
    return row;
  }

  void row(SimWitness witness) {
    row = witness;
  }

  List<SimMember> members() {
    return members;
  }

  SimMember member(MemberId id) {
    SimMember member = byId.get(id);
    if (member == null) {
      throw new Violation(
          Invariant.CONTRACT, "a message to " + id + ", which is not in the roster");
    }
    return member;
  }

  boolean tracing() {
    return trace != null;
  }

  void trace(@Nullable SimMember member, String what) {
    if (trace != null) {
      trace.add(now, member == null ? "" : member.life().toString(), what);
    }
  }
}
