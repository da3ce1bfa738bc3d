package io.understudy.jdbc.internal.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.internal.routing.OffsetAudit.Subject;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.jdbc.internal.routing.ServerFacts.Replication;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OffsetAuditTest {
  private static final int IDS = 200;

  @ParameterizedTest
  @CsvSource({
    "2, 1, 2, 2",
    "2, 2, 2, 1",
    "10, 3, 10, 4",
    "4, 1, 2, 2", // offsets differ modulo the common divisor 2
  })
  void distinctSeriesPass(int incrementA, int offsetA, int incrementB, int offsetB) {
    assertEquals(List.of(), OffsetAudit.refusals(pair(incrementA, offsetA, incrementB, offsetB)));
  }

  @ParameterizedTest
  @CsvSource({
    "2, 1, 2, 1, 'can issue the same ids'",
    "1, 1, 1, 1, 'auto_increment_increment=1, at least 2'",
    "2, 3, 2, 2, 'auto_increment_offset=3, at most its increment 2'",
    "2, 1, 3, 2, 'can issue the same ids'",
    "4, 1, 2, 1, 'can issue the same ids'",
    "4, 3, 2, 1, 'can issue the same ids'",
  })
  void meetingSeriesAreRefused(
      int incrementA, int offsetA, int incrementB, int offsetB, String part) {
    List<String> refusals = OffsetAudit.refusals(pair(incrementA, offsetA, incrementB, offsetB));
    assertTrue(String.join("\n", refusals).contains(part), refusals::toString);
  }

  @Test
  void anOpenSessionWithOtherValuesIsRefused() {
    ServerFacts stale = facts(new IdSeries(1, 2, 1), 1, 1, "a", true);
    assertRefused("1/1 in an open session and 2/1 globally", stale, healthy(2, 2));
  }

  @Test
  void equalServerIdsAreRefused() {
    ServerFacts a = facts(new IdSeries(7, 2, 1), 2, 1, "a", true);
    ServerFacts b = facts(new IdSeries(7, 2, 2), 2, 2, "b", true);
    assertRefused("same server_id=7", a, b);
  }

  @Test
  void equalSourcesOfTransactionsAreRefused() {
    ServerFacts a = facts(new IdSeries(1, 2, 1), 2, 1, "0", true);
    ServerFacts b = facts(new IdSeries(2, 2, 2), 2, 2, "0", true);
    assertRefused("gtid_domain_id '0'", a, b);
  }

  @Test
  void transactionsWithoutGlobalIdsAreRefused() {
    ServerFacts a = facts(new IdSeries(1, 2, 1), 2, 1, "a", false);
    assertRefused("gtid_mode", a, healthy(2, 2));
  }

  /** Soundness, by listing the ids as a server would issue them. */
  @Property
  void whatPassesNeverMeets(
      @ForAll @Size(min = 2, max = 4) List<@IntRange(min = 1, max = 9) Integer> increments,
      @ForAll @Size(4) List<@IntRange(min = 1, max = 9) Integer> offsets) {
    List<Subject> subjects = new ArrayList<>();
    for (int i = 0; i < increments.size(); i++) {
      IdSeries ids = new IdSeries(i, increments.get(i), offsets.get(i));
      subjects.add(new Subject("db-" + i, ids, Optional.empty()));
    }
    if (OffsetAudit.refusals(subjects).isEmpty()) {
      Set<Long> seen = new HashSet<>();
      subjects.forEach(it -> issued(it.ids()).forEach(id -> assertTrue(seen.add(id))));
    }
  }

  /** Completeness for the usual layout: same increment, offsets 1 to n. */
  @Property
  void theUsualLayoutPasses(@ForAll @IntRange(min = 2, max = 9) int masters) {
    List<Subject> subjects = new ArrayList<>();
    for (int i = 1; i <= masters; i++) {
      subjects.add(new Subject("db-" + i, new IdSeries(i, masters, i), Optional.empty()));
    }
    assertEquals(List.of(), OffsetAudit.refusals(subjects));
  }

  private static List<Long> issued(IdSeries ids) {
    return LongStream.range(0, IDS).map(n -> ids.offset() + n * ids.increment()).boxed().toList();
  }

  private static List<Subject> pair(int incrementA, int offsetA, int incrementB, int offsetB) {
    return List.of(
        new Subject("db-01", new IdSeries(1, incrementA, offsetA), Optional.empty()),
        new Subject("db-02", new IdSeries(2, incrementB, offsetB), Optional.empty()));
  }

  private static void assertRefused(String part, ServerFacts a, ServerFacts b) {
    List<String> refusals =
        OffsetAudit.refusals(
            List.of(
                new Subject("db-01", a.ids(), Optional.of(a)),
                new Subject("db-02", b.ids(), Optional.of(b))));
    assertEquals(1, refusals.size(), refusals::toString);
    assertTrue(refusals.get(0).contains(part), refusals::toString);
  }

  private static ServerFacts healthy(int serverId, int offset) {
    return facts(new IdSeries(serverId, 2, offset), 2, offset, "source-" + serverId, true);
  }

  private static ServerFacts facts(
      IdSeries ids, int sessionIncrement, int sessionOffset, String source, boolean gtid) {
    return new ServerFacts(
        "8.0.31",
        ids,
        sessionIncrement,
        sessionOffset,
        source,
        gtid,
        Mode.CLOSED,
        "",
        Replication.NONE);
  }
}
