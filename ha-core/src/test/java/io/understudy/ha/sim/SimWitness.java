package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.runtime.MemberRecord;
import io.understudy.ha.internal.witness.Errand;
import io.understudy.ha.internal.witness.Question;
import io.understudy.ha.internal.witness.RowRules;
import io.understudy.ha.internal.witness.Rules;
import io.understudy.ha.internal.witness.Sighting;
import io.understudy.ha.internal.witness.Verdict;
import io.understudy.ha.spi.WitnessRow;
import io.understudy.ha.spi.WitnessStore;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A database with a row for each role, and what happens to it. Its content is mirrored on the
 * "disk" of the roster member that it is, so that the invariants judge it like any voter.
 */
final class SimWitness {
  private final SimCluster cluster;
  private final SimMember self;
  private final @Nullable RowBug bug;
  private final Map<String, WitnessRow> rows = new TreeMap<>();
  private final Map<String, List<WitnessRow>> renewed = new HashMap<>();
  private final Map<String, Long> sessions = new TreeMap<>();
  private final Map<SimMember, SimDesk> desks = new LinkedHashMap<>(); // their order draws dice
  private final Map<RowFault, Long> faults;
  private final long lease;
  private int serverLife;
  private int creationsUnderWay;
  private double slowChance;
  private boolean lateReads;

  SimWitness(SimCluster cluster, @Nullable RowBug bug, Map<RowFault, Long> faults) {
    this.cluster = cluster;
    this.bug = bug;
    this.faults = faults;
    this.self = cluster.members().get(cluster.shape().row());
    this.lease = cluster.shape().times().leaseNanos();
    self.store()
        .stored()
        .ballots()
        .forEach(
            (role, ballot) ->
                rows.put(
                    role,
                    new WitnessRow(
                        role,
                        newLife(),
                        1,
                        Question.mark(cluster.shape().roster()),
                        ballot.epoch(),
                        null,
                        null,
                        registerOf(ballot.register()))));
  }

  /** Rules, perhaps with a bug. */
  Rules rules() {
    RowRules healthy = new RowRules();
    RowBug wrong = bug;
    if (wrong == null) {
      return healthy;
    }
    return new Rules() {
      @Override
      public Sighting see(@Nullable Sighting before, @Nullable WitnessRow row, long nanos) {
        return healthy.see(before, row, nanos);
      }

      @Override
      public Verdict judge(Scene scene) {
        return wrong.verdict(scene, healthy.judge(wrong.scene(scene)));
      }
    };
  }

  @Nullable RowBug bug() {
    return bug;
  }

  SimMember self() {
    return self;
  }

  // ---- for the cluster

  /** Whether the message is for the row; then the sender's desk has it. */
  boolean takes(SimMember sender, MemberId to, List<Envelope> envelopes) {
    if (!to.equals(self.id())) {
      return false;
    }
    SimDesk desk = desks.get(sender);
    if (desk != null) {
      envelopes.forEach(desk::ask);
    }
    return true;
  }

  void connect(SimMember member) {
    SimDesk desk = new SimDesk(cluster, this, member);
    desks.put(member, desk);
    desk.reconnect();
  }

  boolean isServing(SimMember member) {
    return member == self && !self.isBuried() && !rows.isEmpty();
  }

  /** Whether the member is the row, and some role's is not there. */
  boolean isMissing(SimMember member) {
    return member == self && !rows.keySet().containsAll(cluster.shape().roles());
  }

  // ---- the server

  int serverLife() {
    return serverLife;
  }

  boolean isDown() {
    return self.isBuried();
  }

  long newLife() {
    return cluster.dice().between(2, Long.MAX_VALUE);
  }

  /** How long it takes a statement to get there, or its answer to come back. */
  long halfTripNanos() {
    Dice dice = cluster.dice();
    if (cluster.chaos().isRaging() && dice.chance(slowChance)) {
      count(RowFault.SLOW);
      return dice.between(0, dice.oneOf(lease / 4, lease, 3 * lease));
    }
    return dice.between(lease / 5000, lease / 200);
  }

  /**
   * Until a statement is executed. In some seeds reads are long on their way: what a member sees
   * may then be much younger than its question.
   */
  long requestTripNanos(Errand errand) {
    boolean late = lateReads && errand instanceof Errand.Read && cluster.chaos().isRaging();
    return late ? cluster.dice().between(0, lease * 8 / 10) : halfTripNanos();
  }

  void open(SimMember member) {
    sessions.put(member.id().value(), member.life().incarnation());
  }

  void creationBegins() {
    creationsUnderWay++;
  }

  void creationEnds() {
    creationsUnderWay--;
  }

  /** Executes a statement. */
  Object execute(Errand errand) {
    if (errand instanceof Errand.Create create) {
      boolean free = !rows.containsKey(create.row().role());
      if (free) {
        put(create.row());
      }
      return free;
    } else if (errand instanceof Errand.Replace replace) {
      WitnessRow stored = rows.get(replace.before().role());
      boolean matches = matches(stored, replace.before());
      if (matches) {
        List<WitnessRow> past =
            renewed.computeIfAbsent(replace.after().role(), r -> new ArrayList<>());
        if (isRenewal(stored, replace.after())) {
          past.add(stored);
        } else {
          past.clear();
        }
        put(replace.after());
      }
      return matches;
    }
    return new WitnessStore.Content(new ArrayList<>(rows.values()), sessions);
  }

  private boolean matches(@Nullable WitnessRow stored, WitnessRow before) {
    if (bug != null && !bug.comparesVersion()) {
      return stored != null;
    }
    boolean fromNothing = before.version() == 0; // only a bug replaces what was never there
    return stored == null
        ? fromNothing
        : stored.life() == before.life() && stored.version() == before.version();
  }

  private static boolean isRenewal(@Nullable WitnessRow before, WitnessRow after) {
    return before != null
        && before.epoch() == after.epoch()
        && before.register().equals(after.register())
        && String.valueOf(before.votedFor()).equals(String.valueOf(after.votedFor()))
        && String.valueOf(before.promisedTo()).equals(String.valueOf(after.promisedTo()));
  }

  private void put(WitnessRow row) {
    rows.put(row.role(), row);
    MemberRecord before = self.store().stored();
    MemberRecord after = withBallot(before, row);
    self.store().save(after);
    if (cluster.tracing()) {
      cluster.trace(self, "   row " + row);
    }
    cluster.invariants().stored(self, before, after);
  }

  private static MemberRecord withBallot(MemberRecord r, WitnessRow row) {
    TreeMap<String, Ballot> ballots = new TreeMap<>(r.ballots());
    WitnessRow.Holder voted = row.votedFor();
    Life votedFor =
        voted == null ? null : new Life(MemberId.of(voted.member()), voted.incarnation());
    ballots.put(row.role(), new Ballot(row.epoch(), votedFor, valueOf(row), Founding.NONE));
    return new MemberRecord(
        r.member(), r.cluster(), r.roster(), r.longestPromiseNanos(), r.founding(), ballots);
  }

  private static RegisterValue valueOf(WitnessRow row) {
    WitnessRow.Register r = row.register();
    return new RegisterValue(new RegisterVersion(r.epoch(), r.seq()), r.value());
  }

  private static WitnessRow.Register registerOf(RegisterValue value) {
    return new WitnessRow.Register(value.version().epoch(), value.version().seq(), value.bytes());
  }

  // ---- faults

  /** Faults happen from now on. */
  void rage() {
    slowChance = cluster.dice().oneOf(0.0, 0.02, 0.3);
    lateReads = cluster.dice().chance(0.3);
    cluster.later(gap(), this::strike);
  }

  private long gap() {
    return cluster.dice().between(0, cluster.dice().oneOf(2L, 6L, 20L) * lease);
  }

  private void strike() {
    if (!cluster.chaos().isRaging()) {
      return;
    }
    switch (cluster.dice().below(6)) {
      case 0 -> restart(cluster.dice().chance(0.5));
      case 1 -> lose();
      case 2, 3 -> duel();
      default -> outOfReach(cluster.dice().pick(cluster.members()));
    }
    cluster.later(gap(), this::strike);
  }

  /**
   * The server ends and is back at once. It may have forgotten the last mere renewals, if its
   * commits are lazy; votes it must keep.
   */
  void restart(boolean forgetsRenewals) {
    count(RowFault.RESTARTED);
    serverLife++;
    if (forgetsRenewals) {
      renewed.values().forEach(this::forgetSome);
    }
    renewed.clear();
    cluster.trace(self, "** database restarted, renewals lost: " + forgetsRenewals);
    desks.values().forEach(desk -> cluster.later(halfTripNanos(), desk::lostConnection));
  }

  private void forgetSome(List<WitnessRow> past) {
    if (!past.isEmpty()) {
      count(RowFault.RENEWAL_LOST);
      int back = 1 + cluster.dice().below(Math.min(4, past.size()));
      WitnessRow kept = past.get(past.size() - back);
      rows.put(kept.role(), kept);
    }
  }

  /**
   * A leader that only the row still follows loses the row too, just after it has renewed its
   * lease, while somebody else waits for the row.
   *
   * <pre>
   *   leader  --X--  others      for a while
   *   leader  --X--  row         then; perhaps the server ends and forgets the last renewals
   * </pre>
   */
  private void duel() {
    SimMember leader = leader();
    if (leader == null) {
      return;
    }
    count(RowFault.DUEL);
    for (SimMember other : cluster.members()) {
      if (other != self) {
        link(leader, other, false);
      }
    }
    cluster.chaos().viewsChangeNow();
    long promise = cluster.shape().times().promiseNanos();
    long alone = cluster.dice().between(promise, 3 * promise);
    cluster.later(
        alone,
        () -> {
          if (!cluster.chaos().isRaging()) {
            return;
          }
          link(leader, self, false);
          if (cluster.dice().chance(0.5)) {
            restart(true);
          }
        });
    cluster.later(
        alone + cluster.dice().between(lease, 3 * promise),
        () -> {
          if (cluster.chaos().isRaging()) {
            cluster.members().forEach(other -> link(leader, other, true));
            cluster.chaos().viewsChangeNow();
          }
        });
  }

  private @Nullable SimMember leader() {
    for (SimMember member : cluster.members()) {
      for (int role = 0; role < cluster.shape().roles().size(); role++) {
        if (member.face(role).leads(member.localNanos())) {
          return member;
        }
      }
    }
    return null;
  }

  private void link(SimMember one, SimMember other, boolean works) {
    if (works) {
      cluster.network().mend(one.index(), other.index());
      cluster.network().mend(other.index(), one.index());
    } else {
      cluster.network().cut(one.index(), other.index());
      cluster.network().cut(other.index(), one.index());
    }
  }

  /** The rows are gone, as far as the model covers it. */
  void lose() {
    if (creationsUnderWay > 0
        || rows.isEmpty()
        || !cluster.chaos().mortality().diskLoss().isCovered(self)) {
      return;
    }
    count(RowFault.ROW_LOST);
    cluster.trace(self, "** rows lost");
    rows.clear();
    renewed.clear();
    self.store().lose();
  }

  private void outOfReach(SimMember member) {
    if (member == self) {
      return;
    }
    count(RowFault.OUT_OF_REACH);
    int mode = cluster.dice().below(3);
    if (mode != 0) {
      cluster.network().cut(member.index(), self.index());
    }
    if (mode != 1) {
      cluster.network().cut(self.index(), member.index());
    }
    cluster.trace(member, "** database out of reach, mode " + mode);
    cluster.later(
        cluster.dice().between(lease / 4, 4 * lease),
        () -> {
          cluster.network().mend(member.index(), self.index());
          cluster.network().mend(self.index(), member.index());
        });
  }

  void count(RowFault fault) {
    faults.merge(fault, 1L, Long::sum);
  }

  static Map<RowFault, Long> noFaults() {
    return new EnumMap<>(RowFault.class);
  }
}
