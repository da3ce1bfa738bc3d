package io.understudy.ha;

import java.util.List;
import java.util.Optional;

/**
 * What a dry run found. It lets all delays pass, and takes every hand-over and every election for
 * one that succeeds: whether enough votes would be left is not asked.
 *
 * @param outcomes for every role that was declared at the member that answers, by name
 * @param settled whether the roles come to rest; if not, the outcomes are where it stopped looking
 */
public record Forecast(List<Outcome> outcomes, boolean settled) {
  /** Copies. */
  public Forecast {
    outcomes = List.copyOf(outcomes);
  }

  /**
   * One role.
   *
   * @param role its name
   * @param before who leads it now, if anybody known
   * @param after who would lead it in the end, if anybody
   * @param why the reasons, in the order of what would happen
   */
  public record Outcome(
      String role, Optional<MemberId> before, Optional<MemberId> after, String why) {}
}
