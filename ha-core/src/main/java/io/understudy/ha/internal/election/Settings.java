package io.understudy.ha.internal.election;

/**
 * What does not change during the life of a role's machine, but for the roster.
 *
 * @param role the role's name
 * @param self this life
 * @param roster the members and their votes, as in force at this member
 * @param times the time values
 * @param startNanos when this life began, on the clock that steps are given
 * @param waitNanos how long a voter abstains after a restart: the longest promise it can ever have
 *     given
 */
public record Settings(
    String role, Life self, Roster roster, TimeValues times, long startNanos, long waitNanos) {
  Settings under(Roster changed) {
    return new Settings(role, self, changed, times, startNanos, waitNanos);
  }
}
