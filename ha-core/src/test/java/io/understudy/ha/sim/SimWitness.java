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
  private final RowChaos chaos;
  private int serverLife;
  private int creationsUnderWay;

  SimWitness(SimCluster cluster, @Nullable RowBug bug, Map<RowFault, Long> faults) {
    this.cluster = cluster;
    this.bug = bug;
    this.faults = faults;
    this.self = cluster.members().get(cluster.shape().row());
    this.chaos = new RowChaos(cluster, this);
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

  /** What happens to it at random. */
  RowChaos chaos() {
    return chaos;
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
    desks.values().forEach(desk -> cluster.later(chaos.halfTripNanos(), desk::lostConnection));
  }

  private void forgetSome(List<WitnessRow> past) {
    if (!past.isEmpty()) {
      count(RowFault.RENEWAL_LOST);
      int back = 1 + cluster.dice().below(Math.min(4, past.size()));
      WitnessRow kept = past.get(past.size() - back);
      rows.put(kept.role(), kept);
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

  void count(RowFault fault) {
    faults.merge(fault, 1L, Long::sum);
  }

  static Map<RowFault, Long> noFaults() {
    return new EnumMap<>(RowFault.class);
  }
}
