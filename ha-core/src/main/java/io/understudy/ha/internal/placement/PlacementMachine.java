package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;

/**
 * Decides about one role's place at one member: whether the member may run for it, in which order
 * the members should, and whether a leader moves the role. A pure function of state, facts and
 * time; threadsafe, because it holds nothing that changes.
 *
 * <p>A leader leaves at once when something excludes it that does not pass by itself, after the
 * settle time when it may pass, and for a better-placed member after the delay of the fail-back. It
 * names a successor only if that one can lead by its own report, and the successor refuses if it
 * cannot by what it knows now. So a role never moves to a member that would send it away at once,
 * and what two members know differently cannot make them pass it to and fro: who left because of
 * what it knows of itself does not take it back while it knows that, and a fail-back only ever
 * leads to a better place.
 */
public final class PlacementMachine {
  private final RoleRules rules;
  private final PlacementSettings settings;

  /**
   * For one role.
   *
   * @param rules of the role
   * @param settings its times
   */
  public PlacementMachine(RoleRules rules, PlacementSettings settings) {
    this.rules = rules;
    this.settings = settings;
  }

  /**
   * Decides. Call it whenever the facts change, and when its time to wake up has come. What is to
   * be done is said once.
   *
   * @param state the state before; {@link PlacementState#NEW} at first
   * @param facts what is known now
   * @param nowNanos the monotonic time
   * @return the state after, and what to do
   */
  public PlacementStep step(PlacementState state, ClusterFacts facts, long nowNanos) {
    Ranking ranking = Ranking.of(rules, facts);
    return step(ranking, state, facts, nowNanos);
  }

  private PlacementStep step(
      Ranking ranking, PlacementState state, ClusterFacts facts, long nowNanos) {
    boolean leads = facts.leads(rules.role());
    String whyNot = leads ? "" : whyNot(ranking, facts.self());
    PlacementTurn turn = new PlacementTurn(rules, settings, state, nowNanos);
    turn.watch(ranking);
    Decision decision =
        leads ? turn.lead(ranking, facts) : turn.rest(whyNot, facts.self(), ranking.leader());
    return new PlacementStep(
        turn.state(), whyNot.isEmpty(), whyNot, ranking.order(), decision, turn.wakeAtNanos());
  }

  /**
   * A move that was decided did not take place. It is not tried again at once.
   *
   * @param state the state before
   * @param reason why it was refused, or how it failed
   * @param nowNanos the monotonic time
   * @return the state after; make a step with it to learn what comes next
   */
  public PlacementState moveFailed(PlacementState state, String reason, long nowNanos) {
    PlacementTurn turn = new PlacementTurn(rules, settings, state, nowNanos);
    turn.moveFailed(reason);
    return turn.state();
  }

  /**
   * A move that was decided was accepted, and its successor was not elected then. A fail-back to it
   * waits for longer each time. The same is found out by {@link #step} when a third member is known
   * to lead; whichever comes first counts. That this member leads again does not show it: it may
   * have lost the role and won it back while its resources stop for the move.
   *
   * @param state the state before
   * @param reason what came of it
   * @param nowNanos the monotonic time
   * @return the state after; make a step with it to learn what comes next
   */
  public PlacementState moveInVain(PlacementState state, String reason, long nowNanos) {
    PlacementTurn turn = new PlacementTurn(rules, settings, state, nowNanos);
    turn.moveInVain(reason);
    return turn.state();
  }

  /**
   * Says what it would decide, and why.
   *
   * @param state the state
   * @param facts what is known now
   * @param nowNanos the monotonic time
   * @return the whole of it
   */
  public ExplainedRole explain(PlacementState state, ClusterFacts facts, long nowNanos) {
    Ranking ranking = Ranking.of(rules, facts);
    PlacementStep step = step(ranking, state, facts, nowNanos);
    return new ExplainedRole(facts.self(), ranking, step.mayRun(), step.whyNot(), step.decision());
  }

  private static String whyNot(Ranking ranking, MemberId self) {
    return ranking
        .of(self)
        .map(own -> own.canLead() ? "" : self + " " + own.obstacle())
        .orElseGet(() -> self + " " + new Exclusion.Unlisted().text());
  }
}
