package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a dry run found.
 *
 * @param outcomes for every role that this member knows the rules of, by name
 * @param settled whether the roles come to rest; if not, what is said is where it stopped looking
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
   * @param before who leads it now; null if nobody known
   * @param after who would lead it in the end; null if nobody
   * @param why the reasons, in the order of what would happen
   */
  public record Outcome(
      String role, @Nullable MemberId before, @Nullable MemberId after, String why) {}
}
