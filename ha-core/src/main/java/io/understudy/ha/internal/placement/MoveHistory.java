package io.understudy.ha.internal.placement;

import io.understudy.ha.Move;
import java.util.ArrayList;
import java.util.List;

/**
 * The last moves of roles. Immutable.
 *
 * @param moves oldest first; at most {@value #MOST}
 */
public record MoveHistory(List<Move> moves) {
  /** How many are kept. */
  public static final int MOST = 100;

  /** No move yet. */
  public static final MoveHistory EMPTY = new MoveHistory(List.of());

  /** Copies; drops the oldest of too many. */
  public MoveHistory {
    moves = List.copyOf(moves.subList(Math.max(0, moves.size() - MOST), moves.size()));
  }

  /**
   * With one more.
   *
   * @param move what happened last
   * @return a changed copy
   */
  public MoveHistory plus(Move move) {
    List<Move> more = new ArrayList<>(moves);
    more.add(move);
    return new MoveHistory(more);
  }

  /**
   * The moves of one role.
   *
   * @param role its name
   * @return oldest first
   */
  public List<Move> of(String role) {
    return moves.stream().filter(move -> move.role().equals(role)).toList();
  }
}
