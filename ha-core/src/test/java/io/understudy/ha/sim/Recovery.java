package io.understudy.ha.sim;

import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.election.Voting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Faults stop: links work, everybody runs and may lead. Then there must be a leader in time, and
 * every member must acknowledge it.
 *
 * <p>The bound is {@code (P + L + 2H) / (1 - rho)} in simulated time: a restarted voter waits
 * {@code P}, and so does one that promised somebody who is gone; then the members canvass and vote,
 * and again if they crossed, for which {@code L} is plenty; two heartbeats bring everybody in. All
 * of it on clocks that may be slow by {@code rho}.
 */
final class Recovery {
  /**
   * For the roster's role, and again for the others: a witness knows of them from hearsay alone,
   * and hears nothing before it knows the roster.
   *
   * <pre>
   *   n1     word for both       |          leads nothing without n2
   *   n2:w   empty | word for _roster | hears of jobs | word for jobs | votes
   * </pre>
   */
  private static final int OPERATOR_WORDS = 2;

  /** Far longer than the slow saves and pauses of one step are together. */
  private static final int SLOW_STEP_PROMISES = 1_000;

  private final SimCluster cluster;
  private final long seed;
  private final TimeValues times;

  Recovery(SimCluster cluster, long seed) {
    this.cluster = cluster;
    this.seed = seed;
    this.times = cluster.shape().times();
  }

  /** A change of the roster that is under way may go on for some steps. */
  private long boundNanos() {
    long bound = boundNanos(times);
    long step = (long) (times.promiseNanos() / (1 - times.rho()));
    return cluster.shape().isChanging() ? 2 * bound + 6 * step : bound;
  }

  static long boundNanos(TimeValues times) {
    long ownClocks = times.promiseNanos() + times.leaseNanos() + 2 * times.heartbeatNanos();
    return (long) (ownClocks / (1 - times.rho()));
  }

  void check() {
    calm();
    long began = cluster.now();
    boolean helped = false;
    boolean well = cluster.runUntil(this::isWell, boundNanos());
    for (int words = 0; !well && needsOperator() && words < OPERATOR_WORDS; words++) {
      helped = true;
      operatorHelps();
      began = cluster.now();
      well = cluster.runUntil(this::isWell, boundNanos());
    }
    if (!isWell() && isBeyondHelp()) {
      return;
    }
    if (!isWell()) {
      throw failure("no leader that everybody follows", boundNanos());
    }
    note(cluster.now() - began, helped);
    awaitTheLastRoster();
    require(this::isSettled, "the register is not settled everywhere");
    for (int role = 0; role < cluster.shape().roles().size(); role++) {
      checkWriteWithoutMinority(role);
    }
    checkThatItLasts();
  }

  /** What was wished before comes true, if it can; nothing is wished any more. */
  private void awaitTheLastRoster() {
    long quiet = (long) (4.0 * times.promiseNanos() / (1 - times.rho()));
    Roster before = null;
    for (int i = 0; i < 20 && cluster.shape().isChanging() && !roster().equals(before); i++) {
      before = roster();
      cluster.runFor(quiet);
    }
    if (!cluster.runUntil(this::isWell, boundNanos())) {
      throw failure("no leader that everybody follows under the last roster", boundNanos());
    }
  }

  /** The roster that everybody should have in force. */
  private Roster roster() {
    if (!cluster.shape().isChanging()) {
      return cluster.shape().roster();
    }
    SimMember keeper = leader(cluster.shape().allRoles().size() - 1);
    return keeper == null ? cluster.invariants().rosters().committed() : keeper.roster();
  }

  private boolean isIn(SimMember member) {
    return roster().contains(member.id());
  }

  /** Whether anybody should have started it. */
  private boolean exists(SimMember member) {
    return cluster.shape().roster().contains(member.id())
        || cluster.invariants().rosters().isKnown(member);
  }

  /** Some may be dead: what is written then is committed and settled all the same. */
  private void checkWriteWithoutMinority(int role) {
    SimMember leader = leader(role);
    if (leader == null) {
      return; // handed over to a better-placed member just now
    }
    buryMinority();
    cluster.runFor(cluster.dice().between(0, 2 * times.heartbeatNanos()));
    cluster.chaos().applications().write(leader, role);
    require(() -> isSettled(role), "what was written is not settled everywhere");
    for (SimMember member : cluster.members()) {
      member.exhume();
      if (exists(member)) {
        cluster.start(member);
      }
    }
  }

  /** Ends some members, but leaves a quorum, and leaders in any case. */
  private void buryMinority() {
    if (cluster.members().stream().anyMatch(m -> isIn(m) && !m.roster().equals(roster()))) {
      return; // another roster is on its way, which may need them all
    }
    Set<SimMember> alive = new HashSet<>(cluster.members());
    SimWitness row = cluster.row();
    alive.removeIf(m -> m.isBuried() || (row != null && row.isMissing(m)));
    for (SimMember member : cluster.members()) {
      boolean needed =
          !roster().isQuorum(id -> !id.equals(member.id()) && alive.contains(cluster.member(id)));
      if (!leadsAny(member) && !needed && cluster.dice().chance(0.5)) {
        alive.remove(member);
        member.bury();
      }
    }
  }

  private boolean leadsAny(SimMember member) {
    for (int role = 0; role < cluster.shape().roles().size(); role++) {
      if (member.face(role).leads(member.localNanos())) {
        return true;
      }
    }
    return false;
  }

  /** Nobody takes the role from a leader that is well, but for handing it back to a better one. */
  private void checkThatItLasts() {
    cluster.runFor((long) (times.leaseNanos() / (1 - times.rho()))); // what was lost before ends
    List<@Nullable SimMember> before = leaders();
    Roster roster = roster();
    cluster.runFor(3 * times.leaseNanos());
    boolean asBefore = !cluster.chaos().handsBack() && roster().equals(roster);
    if (asBefore && !leaders().equals(before)) {
      throw failure("a leader was replaced without a reason", 3 * times.leaseNanos());
    }
  }

  private List<@Nullable SimMember> leaders() {
    List<@Nullable SimMember> leaders = new ArrayList<>();
    for (int role = 0; role < cluster.shape().roles().size(); role++) {
      leaders.add(leader(role));
    }
    return leaders;
  }

  private void require(BooleanSupplier condition, String otherwise) {
    // A promise for old permits to run out, and again if the role was handed back meanwhile.
    long bound = (long) (4.0 * times.promiseNanos() / (1 - times.rho()));
    if (!cluster.runUntil(condition, bound)) {
      throw failure(otherwise, bound);
    }
  }

  private Violation failure(String what, long boundNanos) {
    return new Violation(
        Invariant.I7_RECOVERS,
        what + " after " + boundNanos / 1_000_000 + " ms without faults: " + whatIsMissing());
  }

  private boolean isSettled() {
    for (int role = 0; role < cluster.shape().roles().size(); role++) {
      if (!isSettled(role)) {
        return false;
      }
    }
    return true;
  }

  /** Whether nobody can act on an old value, and everybody may act on the new one. */
  private boolean isSettled(int role) {
    SimMember leader = leader(role);
    if (leader == null) {
      return false;
    }
    RegisterVersion version = leader.face(role).settled;
    RoleState state = state(leader, role);
    return state != null
        && version.equals(state.ballot().register().version())
        && cluster.members().stream()
            .allMatch(
                m -> !m.isUp() || !isIn(m) || mayActOn(m.face(role), version, m.localNanos()));
  }

  private static boolean mayActOn(Face face, RegisterVersion version, long localNanos) {
    return face.isPermitted(localNanos) && version.equals(face.permitted);
  }

  private @Nullable SimMember leader(int role) {
    for (SimMember member : cluster.members()) {
      if (member.face(role).leads(member.localNanos())) {
        return member;
      }
    }
    return null;
  }

  private void note(long tookNanos, boolean helped) {
    cluster.tally().recovered(seed, tookNanos, boundNanos(times));
    cluster.tally().operatorNeeded += helped ? 1 : 0;
  }

  private void calm() {
    cluster.trace(null, "** faults stop");
    cluster.network().calm();
    cluster.chaos().stop();
    if (cluster.dice().chance(0.3) && everybodyKnowsEverything() && !cluster.shape().isChanging()) {
      buryMinority();
      while (cluster.members().stream().noneMatch(this::mayLead)) {
        cluster.members().forEach(SimMember::exhume);
      }
    }
    for (SimMember member : cluster.members()) {
      member.store().mend();
      member.resumeNow();
      if (exists(member)) {
        cluster.start(member);
      }
    }
    for (SimMember member : cluster.members()) {
      cluster.later(times.leaseNanos() / 20, () -> cluster.chaos().trueView(member));
    }
    awaitSlowSteps();
  }

  /**
   * A step that was slow when the faults stopped has computed with times that lie ahead, so it is
   * the last fault. If its effects happened at once, its member's clock would go back, and what it
   * put off until then would come late:
   *
   * <pre>
   *   n3, a quorum alone   [ slow step: leads, its lease ends, waits a little ]--> leads again
   *   the faults                  | stop                                      |
   *   the bound                   |------------------------>                  |-------->
   *                                 from here is too early                      from here
   * </pre>
   */
  private void awaitSlowSteps() {
    long patience = SLOW_STEP_PROMISES * times.promiseNanos();
    if (!cluster.runUntil(
        () -> cluster.members().stream().noneMatch(SimMember::isInStep), patience)) {
      throw failure("a slow step does not end", patience);
    }
    for (SimMember member : cluster.members()) { // a failed save may have ended some
      if (exists(member)) {
        cluster.start(member);
      }
    }
  }

  private boolean mayLead(SimMember member) {
    return !member.isBuried() && roster().mayLead(member.id());
  }

  /** Otherwise those who are left could not catch up without the dead. */
  private boolean everybodyKnowsEverything() {
    return cluster.members().stream()
        .allMatch(
            m ->
                m.store().stored().founding().directory()
                    || m.store().stored().ballots().keySet().containsAll(cluster.shape().roles()));
  }

  private boolean isWell() {
    for (int role = 0; role < cluster.shape().allRoles().size(); role++) {
      if (!isWell(role)) {
        return false;
      }
    }
    return true;
  }

  private boolean isWell(int role) {
    SimMember leader = leader(role);
    return leader != null
        && isIn(leader)
        && cluster.members().stream()
            .allMatch(
                m ->
                    m == leader
                        || !m.isUp()
                        || !isIn(m)
                        || takesPart(m, role, leader.face(role).epoch));
  }

  private boolean takesPart(SimMember member, int role, long epoch) {
    RoleState state = state(member, role);
    return member.face(role).acknowledgedEpoch == epoch
        && member.roster().equals(roster())
        && state != null
        && state.voting() instanceof Voting.Ready;
  }

  private @Nullable RoleState state(SimMember member, int role) {
    return member.core() == null ? null : member.core().state(cluster.shape().allRoles().get(role));
  }

  /**
   * Some first start was interrupted so that nobody but an operator can tell it from a lost disk.
   */
  private boolean needsOperator() {
    for (int role = 0; role < cluster.shape().allRoles().size(); role++) {
      for (SimMember member : cluster.members()) {
        if (cluster.chaos().mortality().diskLoss().isUninformed(member, role)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * A member lost its disk just when it was given one more vote, and the others have no quorum
   * without it now. Such a loss is not covered, and could not be foreseen when it happened.
   */
  private boolean isBeyondHelp() {
    int keeping = cluster.shape().allRoles().size() - 1;
    return cluster.shape().isChanging()
        && cluster.members().stream()
            .anyMatch(
                m ->
                    m.roster().contains(m.id())
                        && cluster.chaos().mortality().diskLoss().isUninformed(m, keeping)
                        && !m.roster().isQuorum(id -> !id.equals(m.id())));
  }

  private void operatorHelps() {
    for (SimMember member : cluster.members()) {
      cluster.chaos().mortality().diskLoss().operatorConfirms(member);
    }
  }

  private String whatIsMissing() {
    StringBuilder text = new StringBuilder();
    for (SimMember member : cluster.members()) {
      for (int role = 0; role < cluster.shape().allRoles().size(); role++) {
        RoleState state = state(member, role);
        text.append(System.lineSeparator()).append("  ").append(member.life()).append(": ");
        if (state != null) {
          text.append(List.of(state.standing(), state.voting(), state.ballot()))
              .append(" promise ")
              .append(state.promise())
              .append(" local ")
              .append(member.localNanos());
        }
      }
    }
    for (SimMember member : cluster.members()) {
      text.append(System.lineSeparator()).append("  ").append(member.life()).append(" goes by ");
      text.append(member.roster());
    }
    return text.toString();
  }
}
