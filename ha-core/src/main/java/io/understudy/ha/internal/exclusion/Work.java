package io.understudy.ha.internal.exclusion;

import io.understudy.ha.internal.election.Life;

/**
 * Who may have the group of a role at work. Committed in the role's register before the group is
 * started, and taken out after it has stopped in good order.
 *
 * @param life the life whose leadership it is
 * @param epoch its leadership
 * @param terms what it says of its group
 */
public record Work(Life life, long epoch, Terms terms) {
  @Override
  public String toString() {
    return life.member() + " (epoch " + epoch + ")";
  }
}
