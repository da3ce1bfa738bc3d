package io.understudy.samples.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.understudy.samples.orders.Audit.Row;
import io.understudy.samples.orders.LedgerLine.Kind;
import io.understudy.samples.orders.OrderTable.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The model finds what must never be, and nothing where all is well. */
class AuditTest {
  private static final long FIRST = 1;
  private static final long SECOND = 2;
  private static final long SECOND_MICROS = 1_000_000;

  private final List<LedgerLine> ledger = new ArrayList<>();
  private final Map<Long, Row> survivor = new TreeMap<>();
  private final Map<Long, Row> other = new TreeMap<>();

  private Audit audit() {
    return new Audit(ledger, survivor, "db-01", other);
  }

  private void note(Kind outcome, long sequence, long id, String master, long generation) {
    ledger.add(
        new LedgerLine(1, "n1", 0, sequence, outcome, id, master, generation, LedgerLine.SUCCESS));
  }

  private static Row row(long sequence, long generation) {
    return row(sequence, generation, generation * SECOND_MICROS);
  }

  private static Row row(long sequence, long generation, long writtenMicros) {
    return new Row(new Order("n1", 0, sequence), generation, writtenMicros);
  }

  @Test
  void allIsWell() {
    note(Kind.ACK, 1, 1, "db-01", FIRST);
    note(Kind.ROLLED_BACK, 2, 3, "db-01", FIRST);
    note(Kind.ACK, 2, 4, "db-02", SECOND);
    survivor.put(1L, row(1, FIRST));
    survivor.put(4L, row(2, SECOND));
    other.putAll(survivor);
    assertEquals(List.of(), audit().lost());
    assertEquals(List.of(), audit().duplicates());
    assertEquals(List.of(), audit().violations());
    assertEquals(0, audit().strandedRows());
  }

  @Test
  void anAcknowledgedOrderThatTheOtherMasterAloneHasIsStranded() {
    note(Kind.ACK, 1, 1, "db-01", FIRST);
    other.put(1L, row(1, FIRST));
    other.put(4L, row(2, SECOND)); // replicated after the survivor was read
    assertEquals(1, audit().lost().size());
    assertEquals(1, audit().strandedRows());
  }

  @Test
  void anotherOrderUnderItsIdDoesNotStandForIt() {
    note(Kind.ACK, 1, 1, "db-01", FIRST);
    survivor.put(1L, row(7, FIRST));
    assertEquals(1, audit().lost().size());
  }

  @Test
  void anOrderWithTwoIdsAndAnIdWithTwoOrdersAreDuplicates() {
    survivor.put(1L, row(1, FIRST));
    survivor.put(4L, row(1, SECOND));
    assertEquals(1, audit().duplicates().size());
    other.put(1L, row(2, FIRST));
    assertEquals(2, audit().duplicates().size());
  }

  @Test
  void twoMastersInOneGenerationAreFound() {
    note(Kind.ACK, 1, 1, "db-01", FIRST);
    note(Kind.ACK, 2, 4, "db-02", FIRST);
    assertEquals(1, audit().violations().size());
  }

  @Test
  void aWriteToAnotherMasterThanTheConnectionsIsFound() {
    note(Kind.ACK, 1, 2, "db-01", FIRST);
    assertEquals(1, audit().violations().size());
  }

  @Test
  void aWriteOfAnOlderGenerationAfterANewerOneIsFound() {
    survivor.put(1L, row(1, FIRST));
    survivor.put(3L, row(2, SECOND));
    survivor.put(4L, row(3, FIRST)); // of the other master, whose order is its own
    assertEquals(List.of(), audit().violations());
    survivor.put(5L, row(4, FIRST)); // by a clock that was set back
    assertEquals(1, audit().violations().size());
  }

  /**
   *
   *
   * <pre>
   * db-01   5   5       5      7
   * db-02           6      6
   * </pre>
   */
  @Test
  void twoMastersThatAcknowledgeAtOnceAreFoundThoughEachHasItsOwnGeneration() {
    store(1, 1, "db-01", 5, 100);
    store(2, 3, "db-01", 5, 200);
    store(3, 4, "db-02", 6, 300);
    store(5, 6, "db-02", 6, 500);
    store(6, 7, "db-01", 7, 600);
    assertEquals(List.of(), audit().violations());
    store(4, 5, "db-01", 5, 400);
    other.putAll(survivor); // mended
    assertEquals(List.of(), audit().lost());
    assertEquals(List.of(), audit().duplicates());
    assertEquals(1, audit().violations().size());
  }

  @Test
  void aWriteThatOnlyTheOtherMasterHasIsComparedToo() {
    survivor.put(2L, row(2, SECOND, 300));
    other.put(1L, row(1, FIRST, 300));
    assertEquals(List.of(), audit().violations(), "not later");
    other.put(3L, row(3, FIRST, 301));
    assertEquals(1, audit().violations().size());
  }

  private void store(long sequence, long id, String master, long generation, long writtenMicros) {
    note(Kind.ACK, sequence, id, master, generation);
    survivor.put(id, row(sequence, generation, writtenMicros));
  }

  @Test
  void anOrderThatWasSaidToHaveLeftNothingAndIsStoredIsFound() {
    note(Kind.ROLLED_BACK, 1, 1, "db-01", FIRST);
    survivor.put(1L, row(1, FIRST));
    assertEquals(1, audit().violations().size());
    note(Kind.ROLLED_BACK, 1, 3, "db-01", FIRST);
    note(Kind.UNKNOWN, 1, 5, "db-01", FIRST);
    assertEquals(1, audit().violations().size(), "of another repetition nothing is known");
  }

  @Test
  void anAttemptThatWasSaidToHaveLeftNothingBeforeItHadAnIdIsFound() {
    note(Kind.NOT_EXECUTED, 1, 0, "-", 0);
    note(Kind.UNKNOWN, 1, 3, "db-01", FIRST);
    survivor.put(1L, row(1, FIRST));
    assertEquals(1, audit().violations().size());
  }

  @Test
  void aRepetitionMayBeStoredWhoseProcessDiedBeforeItsLine() {
    note(Kind.NOT_EXECUTED, 1, 0, "-", 0);
    survivor.put(1L, row(1, FIRST));
    assertEquals(List.of(), audit().violations(), "it is the last number");
    note(Kind.NOT_EXECUTED, 3, 0, "-", 0);
    assertEquals(List.of(), audit().violations(), "it was the last before a start");
    note(Kind.ACK, 2, 3, "db-01", FIRST);
    assertEquals(1, audit().violations().size(), "the process went on");
  }

  @Test
  void anAttemptOfWhichNothingIsKnownMayBeStored() {
    note(Kind.UNKNOWN, 1, 0, "db-01", FIRST);
    note(Kind.ERROR, 2, 3, "db-01", FIRST);
    survivor.put(1L, row(1, FIRST));
    survivor.put(3L, row(2, FIRST));
    assertEquals(List.of(), audit().violations());
  }
}
