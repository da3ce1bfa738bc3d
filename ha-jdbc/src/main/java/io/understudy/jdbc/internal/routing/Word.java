package io.understudy.jdbc.internal.routing;

import io.understudy.jdbc.SwitchoverResult;
import java.util.Map;
import java.util.Optional;

/**
 * What a member tells the others of a data source, all in one statement. Immutable.
 *
 * @param sights how it sees the masters
 * @param order what it asks the director to do
 * @param refusal what it answers, as the director, to one who asked
 * @param progress the last planned change that it directed
 */
public record Word(
    Map<String, Sight> sights,
    Optional<SwitchOrder> order,
    Optional<Refusal> refusal,
    Optional<Progress> progress) {
  /** Nothing is said. */
  public static final Word NONE =
      new Word(Map.of(), Optional.empty(), Optional.empty(), Optional.empty());

  /** Copies. */
  public Word {
    sights = Map.copyOf(sights);
  }

  /**
   * An order that was not begun.
   *
   * @param order which
   * @param why for people
   */
  public record Refusal(long order, String why) {}

  /**
   * A planned change, under way or ended.
   *
   * @param order who asked for it; {@link SwitchOrder#LOCAL} if that was at the director
   * @param result how it stands
   */
  public record Progress(long order, SwitchoverResult result) {
    /**
     * Whether nothing more will come of it.
     *
     * @return true if it has an outcome
     */
    public boolean isEnded() {
      return result.outcome() != SwitchoverResult.Outcome.UNDER_WAY;
    }
  }
}
