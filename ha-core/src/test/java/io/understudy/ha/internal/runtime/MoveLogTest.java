package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.Move;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MoveLogTest {
  private static final MemberId N1 = MemberId.of("n1");
  private static final MemberId N2 = MemberId.of("n2");

  private final MoveLog log = new MoveLog();

  private void led(MemberId by) {
    log.seen("main", Optional.of(by));
  }

  private Move last() {
    List<Move> moves = log.of("main");
    return moves.get(moves.size() - 1);
  }

  @Test
  void tellsOfAProvedDeath() {
    led(N1);
    log.died(N1);
    led(N2);
    assertEquals("n1, which led it, has died", last().reason());
  }

  @Test
  void tellsWhoGaveItUpAndForWhom() {
    led(N1);
    log.resigned("main", N1, Optional.of(N2));
    log.died(N1); // later, and not why it moved
    led(N2);
    assertEquals("n1 gave it up and asked n2 to lead it; it knows why", last().reason());
    assertEquals("n1", last().by());
  }

  /** What this member wanted itself comes before what it saw. */
  @Test
  void itsOwnReasonCountsMost() {
    led(N1);
    log.lost("main", "n1 lost it: handed-over");
    log.expect("main", "asked for", "ann");
    led(N2);
    assertEquals("asked for", last().reason());
    assertEquals("ann", last().by());
  }

  @Test
  void forgetsWhatCameToNothing() {
    led(N1);
    log.expect("main", "resource a failed", MoveLog.BY_RULES);
    log.resigned("main", N2, Optional.empty()); // leads nothing
    led(N1);
    led(N2);
    assertEquals(2, log.of("main").size());
    assertTrue(last().reason().contains("its lease ended"), last().reason());
  }
}
