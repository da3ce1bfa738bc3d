package io.understudy.samples.gameday;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.understudy.samples.gameday.Attempt.Outcome;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static Attempt acknowledged(long id, long doneNanos) {
    return new Attempt("order-" + doneNanos, "app-1", Outcome.ACKNOWLEDGED, id, doneNanos);
  }

  private static Attempt failed(long doneNanos) {
    return new Attempt("order-" + doneNanos, "app-1", Outcome.UNAVAILABLE, 0, doneNanos);
  }

  @Test
  void theGapIsBetweenAcknowledgedOrdersWhateverFailsMeanwhile() {
    List<Attempt> attempts = List.of(acknowledged(1, 110), failed(150), acknowledged(3, 190));
    assertEquals(80, Ledger.longestGapNanos(attempts, 100, 200));
  }

  @Test
  void theOrderOfTheBookDoesNotMatter() {
    List<Attempt> attempts = List.of(acknowledged(1, 190), acknowledged(3, 110));
    assertEquals(80, Ledger.longestGapNanos(attempts, 100, 200));
  }

  @Test
  void bothEdgesCount() {
    assertEquals(70, Ledger.longestGapNanos(List.of(acknowledged(1, 170)), 100, 200));
    assertEquals(90, Ledger.longestGapNanos(List.of(acknowledged(1, 110)), 100, 200));
    assertEquals(100, Ledger.longestGapNanos(List.of(failed(150)), 100, 200));
  }

  @Test
  void anIdForTwoOrdersIsADuplicate() {
    assertEquals(
        Set.of(7L),
        Ledger.duplicateIds(
            List.of(acknowledged(7, 1), acknowledged(9, 2), acknowledged(7, 3), failed(4))));
  }

  @Test
  void eachRequestBelongsToOneSpan() {
    Ledger ledger = new Ledger();
    List.of(acknowledged(1, 100), acknowledged(3, 200), failed(300)).forEach(ledger::add);
    assertEquals(1, ledger.between(100, 200).size());
    assertEquals(2, ledger.between(200, 301).size());
  }
}
