package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Machine;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.RoleMachine;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterChange;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.runtime.MemberRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in which only happens what the test says: perfect clocks, messages that take a
 * thousandth of a lease, and all invariants judged all the time. Members are called n1, n2, ...;
 * times are in leases. A failure tells the last events.
 */
final class Scenario extends Observed {
  private final Trace trace;
  private final SimCluster cluster;
  private long requests;

  private Scenario(int size, Shape.Start start, Machine machine) {
    this(shape(size, start, ROLE), machine, 1, LEASE / 1000);
  }

  private Scenario(Shape shape, Machine machine, long seed, long delayNanos) {
    this(shape, machine, new Weather(delayNanos), new Dice(seed), new Trace());
  }

  private Scenario(Shape shape, Machine machine, Weather weather, Dice dice, Trace trace) {
    super(
        new SimCluster(
            new SimCluster.Parts(shape, weather, Plot.Kind.NONE, machine, new Tally(), trace),
            dice));
    this.trace = trace;
    this.cluster = cluster();
    cluster.chaos().script(Applications.Bid.staying(true, List.of()));
  }

  private static Shape shape(int size, Shape.Start start, String... roles) {
    List<RosterMember> members = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      members.add(new RosterMember(Shape.member(i), 1, false));
    }
    TimeValues times = new TimeValues(LEASE, LEASE / 5, 0.09);
    return new Shape(new Roster(1, members), times, List.of(roles), start);
  }

  /** Directories that remember a founding: nobody need wait, and nobody ever voted. */
  static Scenario founded(int size) {
    return new Scenario(size, Shape.Start.FOUNDED, new RoleMachine());
  }

  /** The same, with a bug. */
  static Scenario foundedWith(Mutation bug, int size) {
    return new Scenario(size, Shape.Start.FOUNDED, new Mutant(new RoleMachine(), bug));
  }

  /** The same, with other incarnations and delays; a message takes about that part of a lease. */
  static Scenario founded(int size, long seed, double delayLeases) {
    Shape shape = shape(size, Shape.Start.FOUNDED, ROLE);
    return new Scenario(shape, new RoleMachine(), seed, (long) (delayLeases * LEASE));
  }

  /** Two members with fence hooks that work. */
  static Scenario pair() {
    return pair(ROLE);
  }

  /** The same with some roles; the methods here are about the first one. */
  static Scenario pair(String... roles) {
    Shape shape = shape(2, Shape.Start.FOUNDED, roles);
    Scenario pair = new Scenario(shape, new RoleMachine(true), 1, LEASE / 1000);
    return pair.hook("n1", SimFences.Conduct.WORKS).hook("n2", SimFences.Conduct.WORKS);
  }

  /** Some members with fence hooks that work, that keep their roster. */
  static Scenario changing(int size) {
    Shape shape = shape(size, Shape.Start.FOUNDED, ROLE, RosterChange.ROLE);
    Scenario changing = new Scenario(shape, new RoleMachine(true), 1, LEASE / 1000);
    changing.cluster.members().forEach(m -> changing.hook(m.id().value(), SimFences.Conduct.WORKS));
    return changing;
  }

  Scenario hook(String name, SimFences.Conduct conduct) {
    cluster.fences().conduct(member(name), conduct);
    return this;
  }

  /** An operator says that a member is off. */
  Scenario confirmFenced(String toName, String off) {
    cluster.inputAll(member(toName), new Input.FenceConfirmed(MemberId.of(off)));
    return this;
  }

  /** Founded, and everybody keeps the roster, which may change, with a bug or without one. */
  static Scenario changing(int size, int spares, Mutation bug) {
    Shape fixed = shape(size, Shape.Start.FOUNDED, ROLE);
    Shape shape =
        new Shape(fixed.roster(), fixed.times(), fixed.roles(), fixed.start(), -1, spares);
    return new Scenario(shape, new Mutant(new RoleMachine(), bug), 1, LEASE / 1000);
  }

  /** Empty directories. */
  static Scenario firstStart(int size) {
    return new Scenario(size, Shape.Start.EMPTY, new RoleMachine());
  }

  // ---- what is done to members

  Scenario start(String... names) {
    for (String name : names) {
      cluster.start(member(name));
    }
    return look();
  }

  Scenario startAll() {
    cluster.members().forEach(cluster::start);
    return look();
  }

  /** Whoever is better placed comes first in this order; the others by name. */
  Scenario prefer(String... names) {
    return script(false, names);
  }

  /** The same, and a leader hands the role back to a better-placed member. */
  Scenario handBackTo(String... names) {
    return script(true, names);
  }

  private Scenario script(boolean handsBack, String... names) {
    List<MemberId> order = Arrays.stream(names).map(MemberId::of).toList();
    cluster.chaos().script(new Applications.Bid(new Input.Candidacy(true, order), handsBack));
    return this;
  }

  /** An operator knows that this member has lost nothing. */
  Scenario confirmEmptyState(String name) {
    cluster.input(member(name), 0, new Input.EmptyStateConfirmed());
    return this;
  }

  Scenario crash(String... names) {
    for (String name : names) {
      cluster.crashed(member(name));
    }
    return look();
  }

  Scenario restart(String... names) {
    return crash(names).start(names);
  }

  Scenario restartWithEmptyDisk(String name) {
    crash(name);
    member(name).store().lose();
    return start(name);
  }

  Scenario pause(String name, double leases) {
    member(name).pause((long) (leases * LEASE));
    return this;
  }

  /** The member's machine stands still; only its wall clock goes on, and shows it afterwards. */
  Scenario suspend(String name, double leases) {
    if (!member(name).suspend((long) (leases * LEASE))) {
      throw new AssertionError(name + " is busy");
    }
    return this;
  }

  Scenario setWallClock(String name, double leases) {
    if (!member(name).setWall((long) (leases * LEASE))) {
      throw new AssertionError(name + " is busy");
    }
    return this;
  }

  /** The member's directory knows this epoch, and nobody's vote. */
  Scenario remembers(String name, long epoch) {
    SimMember member = member(name);
    MemberRecord before = member.store().stored();
    TreeMap<String, Ballot> ballots = new TreeMap<>();
    ballots.put(ROLE, new Ballot(epoch, null, RegisterValue.NONE, Founding.NONE));
    MemberRecord after =
        new MemberRecord(
            before.member(),
            before.cluster(),
            before.roster(),
            before.longestPromiseNanos(),
            before.founding(),
            ballots);
    member.store().save(after);
    cluster.invariants().stored(member, before, after);
    return this;
  }

  Scenario standby(String name) {
    return runFor(name, 0, false);
  }

  /** Whether a member is to lead the role of that index. */
  Scenario runFor(String name, int role, boolean eligible) {
    cluster.run(member(name), role, Applications.Bid.staying(eligible, List.of()));
    return this;
  }

  Scenario resign(String name, @Nullable String successor) {
    MemberId to = successor == null ? null : MemberId.of(successor);
    RevokeReason reason = to == null ? RevokeReason.RESIGNED : RevokeReason.HANDED_OVER;
    cluster.input(member(name), 0, new Input.Resign(++requests, to, reason));
    return this;
  }

  Scenario write(String name) {
    cluster.chaos().applications().write(member(name), 0);
    return this;
  }

  /** Somebody at that member wishes the roster to be otherwise. */
  Scenario wish(String name, RosterGoal goal) {
    cluster.wish(member(name), ++requests, goal);
    return this;
  }

  /** Proves the death of a life to a member. */
  Scenario proveDeath(String toName, Life life) {
    cluster.inputAll(member(toName), new Input.Learned(new Evidence.Died(life)));
    return this;
  }

  /** Hands messages to a member, together, as if they had been under way for ever. */
  Scenario deliver(String toName, Life from, Message... messages) {
    long stamp = cluster.shape().roster().stamp();
    List<Envelope> envelopes =
        Arrays.stream(messages).map(m -> new Envelope(ROLE, from, Life.ANY, stamp, m)).toList();
    cluster.plan(0, member(toName), new SimNetwork.Parcel(envelopes));
    return this;
  }

  // ---- what is done to the network

  /** Nothing from the first member reaches the others any more. */
  Scenario cut(String from, String... to) {
    for (String name : to) {
      cluster.network().cut(member(from).index(), member(name).index());
    }
    return look();
  }

  Scenario cutBothWays(String one, String... others) {
    for (String other : others) {
      cluster.network().cut(member(one).index(), member(other).index());
      cluster.network().cut(member(other).index(), member(one).index());
    }
    return look();
  }

  Scenario mend() {
    cluster.network().mend();
    return look();
  }

  Scenario lose(Predicate<Envelope> which) {
    cluster.network().lose(which);
    return this;
  }

  Scenario hold(Predicate<Envelope> which) {
    cluster.network().hold(which);
    return this;
  }

  /** Holds nothing more; what is held stays so. */
  Scenario passOn() {
    cluster.network().hold(envelope -> false);
    return this;
  }

  Scenario release() {
    cluster.network().release();
    return this;
  }

  /** What is held for that member arrives now, in one turn. */
  Scenario releaseTogether(String toName) {
    cluster.network().releaseTogether(member(toName));
    return this;
  }

  static Predicate<Envelope> from(String name, Class<? extends Message> kind) {
    return envelope ->
        envelope.from().member().value().equals(name) && kind.isInstance(envelope.message());
  }

  private Scenario look() {
    cluster.chaos().viewsChangeNow();
    return this;
  }

  // ---- time passes

  Scenario run(double leases) {
    return guarded(() -> cluster.runFor((long) (leases * LEASE)));
  }

  /** Runs until it is so; fails if it is not within so many leases. */
  Scenario until(String what, double leases, BooleanSupplier condition) {
    return guarded(
        () -> {
          if (!cluster.runUntil(condition, (long) (leases * LEASE))) {
            throw new AssertionError("not within " + leases + " leases: " + what);
          }
        });
  }

  Scenario untilLeads(String name, double leases) {
    return until(name + " leads", leases, () -> leads(name));
  }

  Scenario untilFollowed(String name, double leases) {
    return until(
        "everybody follows " + name,
        leases,
        () ->
            leads(name)
                && cluster.members().stream()
                    .allMatch(m -> m.id().value().equals(name) || follows(m, epochOf(name))));
  }

  String traceText() {
    return trace.text();
  }

  private static boolean follows(SimMember member, long epoch) {
    return member.face(0).acknowledgedEpoch == epoch;
  }

  private Scenario guarded(Runnable action) {
    try {
      action.run();
    } catch (Violation | AssertionError failure) {
      throw new AssertionError(failure.getMessage() + "\n" + trace.text(), failure);
    }
    return this;
  }
}
