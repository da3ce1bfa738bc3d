package io.understudy.ha.internal.facts;

import io.understudy.ha.internal.facts.Dampening.Verdict;
import io.understudy.ha.internal.placement.MemberFacts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a member reaches of its targets. Immutable.
 *
 * @param targets one entry for each target, in the order of the configuration
 * @param needed how many must be reached
 */
public record Reach(List<Dampening> targets, int needed) {
  /** Copies. */
  public Reach {
    targets = List.copyOf(targets);
  }

  /**
   * Nothing is known of any target.
   *
   * @param count how many targets there are
   * @param needed how many must be reached
   * @param rule how long answers must last
   * @return the beginning
   */
  public static Reach begun(int count, int needed, Dampening.Rule rule) {
    return new Reach(Collections.nCopies(count, Dampening.begun(rule)), needed);
  }

  /**
   * A probe has answered.
   *
   * @param target the target's index
   * @param reached whether it got through
   * @param nowNanos the monotonic time
   * @return what is reached then
   */
  public Reach answered(int target, boolean reached, long nowNanos) {
    List<Dampening> changed = new ArrayList<>(targets);
    changed.set(target, targets.get(target).answered(reached, nowNanos));
    return new Reach(changed, needed);
  }

  /** What is told of it. A target of which nothing is known is not counted as reached. */
  public MemberFacts.Link link() {
    return new MemberFacts.Link(count(Verdict.REACHED), targets.size(), needed);
  }

  /**
   * Whether it is known if enough is reached, whatever the targets turn out to be of which nothing
   * is known yet.
   */
  public boolean isKnown() {
    int reached = count(Verdict.REACHED);
    return reached >= needed || reached + count(Verdict.UNKNOWN) < needed;
  }

  private int count(Verdict verdict) {
    return (int) targets.stream().filter(target -> target.verdict() == verdict).count();
  }
}
