package io.understudy.ha.internal.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.internal.facts.Dampening.Verdict;
import io.understudy.ha.internal.placement.MemberFacts.Link;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Probes once a second, dampening of five. */
class DampeningTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Dampening.Rule RULE = new Dampening.Rule(5 * SECOND, 4 * SECOND);

  /** Plus: reached, minus: not, dot: no probe in this second. The verdict after the last one. */
  @ParameterizedTest
  @CsvSource({
    "'',UNKNOWN",
    "+,REACHED",
    "-,UNKNOWN",
    "-----,UNKNOWN",
    "------,LOST",
    "-----+,REACHED",
    "+-,REACHED",
    "+-----,REACHED",
    "+------,LOST",
    "+-+-+-+-+-+-,REACHED",
    "+---+---+---+---,REACHED",
    "+-----+-----+-----,REACHED",
    "------+,LOST",
    "------+++++,LOST",
    "------++++++,REACHED",
    "------+++++-++++++,REACHED",
    "------+-+-+-+-+-+-+,LOST",
    "+--..---,LOST",
    "+--....----,REACHED", // who slept does not know
    "+--....------,LOST",
  })
  void onlyWhatLastsCounts(String answers, Verdict expected) {
    Dampening target = Dampening.begun(RULE);
    long now = Long.MAX_VALUE - 3 * SECOND; // the clock overflows on the way
    for (int i = 0; i < answers.length(); i++) {
      char answer = answers.charAt(i);
      if (answer != '.') {
        target = target.answered(answer == '+', now);
      }
      now += SECOND;
    }
    assertEquals(expected, target.verdict());
  }

  @Test
  void withoutDampeningEachAnswerCounts() {
    Dampening target = Dampening.begun(new Dampening.Rule(0, SECOND));
    assertEquals(Verdict.LOST, target.answered(false, 1).verdict());
    assertEquals(Verdict.REACHED, target.answered(false, 1).answered(true, 2).verdict());
  }

  @Property(tries = 500)
  void aVerdictOfSomethingKnownOutlivesEachShorterStreak(@ForAll long seed) {
    Random random = new Random(seed);
    Dampening target = Dampening.begun(RULE);
    long now = random.nextLong();
    long streakNanos = 0;
    boolean last = true;
    for (int i = 0; i < 200; i++) {
      boolean answer = random.nextInt(6) > 0 == last;
      long step = random.nextLong(2 * SECOND);
      now += step;
      Dampening next = target.answered(answer, now);
      streakNanos = i > 0 && answer == last ? streakNanos + step : 0;
      if (next.verdict() != target.verdict() && target.verdict() != Verdict.UNKNOWN) {
        assertTrue(streakNanos >= RULE.lastingNanos(), "after " + streakNanos);
        assertEquals(answer ? Verdict.REACHED : Verdict.LOST, next.verdict());
      }
      target = next;
      last = answer;
    }
  }

  @Test
  void isKnownOnceTheUnknownTargetsCannotTurnIt() {
    Reach reach = Reach.begun(3, 2, RULE);
    assertFalse(reach.isKnown());
    reach = reach.answered(0, true, 0);
    assertFalse(reach.isKnown());
    assertEquals(new Link(1, 3, 2), reach.link());
    assertTrue(reach.answered(2, true, 0).isKnown());
    for (int second = 0; second <= 5; second++) {
      reach = reach.answered(1, false, second * SECOND);
    }
    assertFalse(reach.isKnown(), "the third may still turn it");
    for (int second = 0; second <= 5; second++) {
      reach = reach.answered(2, false, second * SECOND);
    }
    assertTrue(reach.isKnown());
    assertFalse(reach.link().isEnough());
  }

  @Test
  void whoNeedsNothingKnowsAtOnce() {
    assertTrue(Reach.begun(0, 0, RULE).isKnown());
    assertEquals(Link.NONE, Reach.begun(0, 0, RULE).link());
    assertTrue(Reach.begun(0, 0, RULE).link().isEnough());
  }
}
