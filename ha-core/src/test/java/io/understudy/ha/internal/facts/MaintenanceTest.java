package io.understudy.ha.internal.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class MaintenanceTest {
  @Test
  void theNextWordWinsOverAllThatWereKnownWhereItWasSaid() {
    Maintenance on = Maintenance.NEVER.next("n1", true);
    Maintenance off = on.next("n2", false);
    assertTrue(on.isNewerThan(Maintenance.NEVER));
    assertTrue(off.isNewerThan(on));
    assertFalse(on.isNewerThan(off));
    assertFalse(off.isNewerThan(off));
  }

  /** Whoever has heard both holds the same, in whatever order they came. */
  @Property
  void ofTwoWordsOneWinsEverywhere(
      @ForAll @IntRange(min = 1, max = 2) int number,
      @ForAll @IntRange(min = 1, max = 2) int other,
      @ForAll @IntRange(min = 1, max = 2) int by,
      @ForAll @IntRange(min = 1, max = 2) int otherBy,
      @ForAll boolean on,
      @ForAll boolean otherOn) {
    Maintenance one = new Maintenance(number, "n" + by, on);
    Maintenance two = new Maintenance(other, "n" + otherBy, otherOn);
    assertEquals(last(one, two), last(two, one));
  }

  private static Maintenance last(Maintenance first, Maintenance second) {
    return second.isNewerThan(first) ? second : first;
  }
}
