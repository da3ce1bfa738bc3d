package io.understudy.ha.internal.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.placement.MemberFacts.Link;
import io.understudy.ha.internal.placement.RulesDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A lease of 100: reports count for 200 and come every 50. */
class ReportBookTest {
  private static final MemberId N2 = MemberId.of("n2");
  private static final Life FIRST = new Life(N2, 0x77);
  private static final Life SECOND = new Life(N2, 0x11);

  private final ReportBook book = new ReportBook(200, 100);

  @Test
  void theNewestReportOfALifeCounts() {
    assertTrue(take(FIRST, 1, "one", 0));
    assertTrue(take(FIRST, 2, "two", 50));
    assertFalse(take(FIRST, 1, "one", 60));
    assertFalse(take(FIRST, 2, "two", 60), "doubled");
    assertEquals("two", at(100));
  }

  @Test
  void aReportCountsForTwoLeasesFromItsReceipt() {
    long now = Long.MAX_VALUE - 10; // the clock overflows on the way
    take(FIRST, 1, "one", now);
    now += 199;
    assertEquals("one", at(now));
    assertEquals("none", at(now + 1));
    assertEquals("none", at(now + 1_000));
  }

  @Test
  void aNewLifeTakesThePlaceOfTheOldOneThoughItsNumbersBeginAnew() {
    take(FIRST, 9, "old", 0);
    assertTrue(take(SECOND, 1, "new", 50));
    assertEquals("new", at(60));
  }

  @Test
  void lateWordsOfADeadLifeAreDropped() {
    take(FIRST, 9, "old", 0);
    take(SECOND, 1, "new", 50);
    assertFalse(take(FIRST, 10, "late", 60));
    take(SECOND, 2, "newer", 100);
    assertFalse(take(FIRST, 11, "very late", 199));
    assertEquals("newer", at(199));
  }

  @Test
  void aDeadLifeThatIsHeardFirstAfterItsSuccessorMisleadsForALeaseAtMost() {
    take(SECOND, 5, "alive", 0);
    assertTrue(take(FIRST, 9, "late", 10), "nobody can know");
    assertFalse(take(SECOND, 6, "alive", 50));
    assertFalse(take(SECOND, 7, "alive", 100));
    assertTrue(take(SECOND, 8, "alive", 150));
    assertFalse(take(FIRST, 10, "later", 160));
    assertEquals("alive", at(160));
  }

  @Test
  void aLifeThatIsReplacedIsNotReportedBeforeItsSuccessorHasSaidAll() {
    take(FIRST, 9, "old", 0);
    Report half = report("", Map.of("a", new RoleReport("broken", 0)));
    assertEquals(Optional.empty(), book.take(SECOND, 1, new ReportPart(0, 2, half), 50));
    assertEquals("none", at(60));
  }

  @Test
  void partsOfOneReportMakeAWholeInAnyOrder() {
    Report one = report("", Map.of("a", new RoleReport("broken", 0)));
    Report other = report("", Map.of("b", new RoleReport("", 7)));
    assertTrue(book.take(FIRST, 1, new ReportPart(1, 2, other), 0).isEmpty());
    assertTrue(book.take(FIRST, 1, new ReportPart(1, 2, other), 0).isEmpty(), "doubled");
    Report whole = book.take(FIRST, 1, new ReportPart(0, 2, one), 0).orElseThrow();
    assertEquals(Map.of("a", "broken"), whole.unfit());
    assertEquals(7, whole.roles().get("b").stoppedThrough());
  }

  @Test
  void partsOfTwoReportsAreNeverPutTogether() {
    Report one = report("", Map.of("a", new RoleReport("broken", 0)));
    book.take(FIRST, 1, new ReportPart(0, 2, one), 0);
    assertTrue(book.take(FIRST, 2, new ReportPart(1, 2, one), 0).isEmpty());
    assertTrue(book.take(FIRST, 1, new ReportPart(0, 2, one), 0).isEmpty(), "older");
    assertEquals("none", at(0));
  }

  private static final Map<String, RulesDigest> RULES = Map.of("a", new RulesDigest(List.of(1)));
  private static final RulesReport SAID = RulesReport.of(RULES);

  @Test
  void rulesOnceSaidAreKeptUntilTheLifeSaysAnotherHash() {
    assertEquals(RULES, rules(FIRST, 1, SAID));
    assertEquals(RULES, rules(FIRST, 2, SAID.with(Map.of())), "the same hash, in brief");
    assertEquals(List.of(), book.lacks(0));
    RulesReport other = RulesReport.of(Map.of("a", new RulesDigest(List.of(2))));
    assertEquals(Map.of(), rules(FIRST, 3, other.with(Map.of())));
    assertEquals(List.of(other.hash()), book.lacks(0), "is asked for");
    assertEquals(other.digests(), rules(FIRST, 4, other));
    assertEquals(List.of(), book.lacks(0));
  }

  @Test
  void rulesThatWereLostAreAskedForWhileTheirOwnerIsHeard() {
    assertEquals(Map.of(), rules(FIRST, 1, SAID.with(Map.of())));
    assertEquals(List.of(SAID.hash()), book.lacks(199));
    assertEquals(List.of(), book.lacks(200), "its report does not count any more");
    assertEquals(Map.of(), rules(FIRST, 2, SAID.with(Map.of("b", RULES.get("a")))), "not those");
    assertEquals(Map.of(), rules(SECOND, 1, RulesReport.NONE));
    assertEquals(List.of(), book.lacks(0), "it has none");
  }

  @Test
  void aNewLifeHasNotSaidItsRules() {
    rules(FIRST, 1, SAID);
    assertEquals(Map.of(), rules(SECOND, 1, SAID.with(Map.of())));
    assertEquals(List.of(SAID.hash()), book.lacks(0));
  }

  private Map<String, RulesDigest> rules(Life from, long number, RulesReport said) {
    Report report = report("", Map.of()).with(Map.of(), said);
    return book.take(from, number, new ReportPart(0, 1, report), 0).orElseThrow().rules().digests();
  }

  @Test
  void whoIsInTheRosterNoMoreIsForgotten() {
    take(FIRST, 1, "one", 0);
    book.retain(member -> false);
    assertEquals("none", at(1));
  }

  private boolean take(Life from, long number, String unhealthy, long now) {
    ReportPart whole = new ReportPart(0, 1, report(unhealthy, Map.of()));
    return book.take(from, number, whole, now).isPresent();
  }

  private String at(long now) {
    return book.report(N2, now).map(Report::unhealthy).orElse("none");
  }

  private static Report report(String unhealthy, Map<String, RoleReport> roles) {
    return new Report(false, Maintenance.NEVER, Link.NONE, unhealthy, roles);
  }
}
