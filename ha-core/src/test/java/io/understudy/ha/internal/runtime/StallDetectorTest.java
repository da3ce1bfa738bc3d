package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.understudy.ha.internal.runtime.StallDetector.Stall;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Times are in milliseconds here: a threshold of 400, a look every 50. */
class StallDetectorTest {
  private static final long MILLI = 1_000_000;
  // Near the overflow: System.nanoTime may start anywhere.
  private static final long START = Long.MAX_VALUE - 500 * MILLI;

  private final StallDetector detector = new StallDetector(400 * MILLI, 50 * MILLI, START);
  private long lookedMillis;

  @Test
  void nothingIsToldWhileTheElectionTurns() {
    for (long millis = 50; millis < 2000; millis += 50) {
      assertEquals(List.of(), look(millis, "deciding", millis - 40));
    }
  }

  @Test
  void aWatcherThatComesLateTellsOfTheProcessAndExcusesTheElection() {
    look(50, "deciding", 40);
    assertEquals(List.of("process 2900 over"), told(look(3000, "deciding", 40)));
    assertEquals(List.of(), look(3050, "deciding", 40));
    assertEquals(List.of(), look(3100, "deciding", 3060));
  }

  @Test
  void anElectionThatHangsIsToldWhileItDoesAndWhenItGoesOn() {
    lookUntil(450, "storing", 50);
    assertEquals(List.of("election 450 so far"), told(look(500, "storing", 50)));
    assertEquals(List.of(), look(550, "storing", 50));
    assertEquals(List.of("election 550 over"), told(look(600, "deciding", 590)));
    assertEquals(List.of(), look(650, "deciding", 640));
  }

  @Test
  void oneThatHangsOnAfterAPauseOfTheProcessIsToldFromItsEndOn() {
    look(50, "storing", 10);
    assertEquals(List.of("process 900 over"), told(look(1000, "storing", 10)));
    lookedMillis = 1000;
    lookUntil(1400, "storing", 10);
    assertEquals(List.of("election 450 so far"), told(look(1450, "storing", 10)));
  }

  @Test
  void aSleepingElectionMayComeUpToTheThresholdLate() {
    lookUntil(550, Activity.WAITING, 200);
    assertEquals(List.of(), look(600, Activity.WAITING, 200));
    assertEquals(List.of("election 450 so far"), told(look(650, Activity.WAITING, 200)));
  }

  private void lookUntil(long untilMillis, String what, long turnMillis) {
    while (lookedMillis < untilMillis) {
      assertEquals(List.of(), look(lookedMillis + 50, what, turnMillis));
    }
  }

  private List<Stall> look(long millis, String what, long turnMillis) {
    lookedMillis = millis;
    long turnNanos = START + turnMillis * MILLI;
    return detector.look(START + millis * MILLI, new Activity.Doing(what, turnNanos, turnNanos));
  }

  private static List<String> told(List<Stall> stalls) {
    return stalls.stream()
        .map(
            stall ->
                (stall.electionOnly() ? "election " : "process ")
                    + stall.lengthNanos() / MILLI
                    + (stall.over() ? " over" : " so far"))
        .toList();
  }
}
