package io.understudy.ha.internal.jgroups;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class ReplayWindowTest {
  private final ReplayWindow window = new ReplayWindow();

  @Test
  void aNumberIsAcceptedOnce() {
    assertTrue(window.accept(5));
    assertFalse(window.accept(5));
    assertTrue(window.accept(4));
    assertFalse(window.accept(4));
  }

  @Test
  void numbersBeginAtOne() {
    assertFalse(window.accept(0));
    assertFalse(window.accept(-1));
    assertFalse(window.accept(Long.MIN_VALUE));
  }

  @Test
  void theWindowEndsAtItsWidth() {
    assertTrue(window.accept(5000));
    assertFalse(window.accept(5000 - ReplayWindow.WIDTH));
    assertTrue(window.accept(5001 - ReplayWindow.WIDTH));
  }

  @Test
  void aFarJumpForgetsEverythingBefore() {
    assertTrue(window.accept(1));
    assertTrue(window.accept(Long.MAX_VALUE));
    assertFalse(window.accept(1));
    assertTrue(window.accept(Long.MAX_VALUE - 1));
  }

  @Property
  void itAgreesWithASetOfAllNumbers(@ForAll List<@LongRange(min = -10, max = 6000) Long> numbers) {
    ReplayWindow tested = new ReplayWindow();
    Set<Long> seen = new HashSet<>();
    long newest = 0;
    for (long number : numbers) {
      boolean fresh = number > 0 && number > newest - ReplayWindow.WIDTH && !seen.contains(number);
      assertEquals(fresh, tested.accept(number), "number " + number + " of " + numbers);
      if (fresh) {
        seen.add(number);
        newest = Math.max(newest, number);
      }
    }
  }
}
