package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import java.util.Map;

/**
 * The common beginning of a role: the lives that were all without state at one moment. A member
 * that finds its present life here has forgotten nothing, so it need not catch up.
 *
 * @param lives the incarnation of each member of the roster; empty if there was no common beginning
 * @param directory whether not just the role but each whole directory was empty: then a role that
 *     is missing from the directory was never voted in
 */
public record Founding(Map<MemberId, Long> lives, boolean directory) {
  /** No common beginning is known. */
  public static final Founding NONE = new Founding(Map.of(), false);

  /** Copies. */
  public Founding {
    lives = Map.copyOf(lives);
  }

  /** Whether the life took part in it. */
  public boolean includes(Life life) {
    Long incarnation = lives.get(life.member());
    return incarnation != null && incarnation == life.incarnation();
  }
}
