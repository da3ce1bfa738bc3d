package io.understudy.ha.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.understudy.ha.MemberId;
import io.understudy.ha.Move;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MoveHistoryTest {
  private static final MemberId N1 = MemberId.of("n1");
  private static final MemberId N2 = MemberId.of("n2");

  @Test
  void keepsTheLastHundred() {
    MoveHistory history = MoveHistory.EMPTY;
    for (int i = 1; i <= 250; i++) {
      history = history.plus(move(i, "db"));
    }
    assertEquals(MoveHistory.MOST, history.moves().size());
    assertEquals(151, history.moves().get(0).time().toEpochMilli());
    assertEquals(250, history.moves().get(99).time().toEpochMilli());
  }

  @Test
  void tellsOfOneRole() {
    MoveHistory history =
        MoveHistory.EMPTY.plus(move(1, "db")).plus(move(2, "web")).plus(move(3, "db"));
    assertEquals(
        java.util.List.of(1L, 3L),
        history.of("db").stream().map(move -> move.time().toEpochMilli()).toList());
  }

  @Test
  void doesNotChange() {
    MoveHistory before = MoveHistory.EMPTY.plus(move(1, "db"));
    assertEquals(2, before.plus(move(2, "db")).moves().size());
    assertEquals(1, before.moves().size());
  }

  private static Move move(long at, String role) {
    return new Move(
        Instant.ofEpochMilli(at),
        role,
        Optional.of(N1),
        Optional.of(N2),
        "n1 is in standby",
        "placement at n1");
  }
}
