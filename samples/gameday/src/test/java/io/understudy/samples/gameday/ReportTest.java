package io.understudy.samples.gameday;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Score QUIET = new Score("none", "none", 20_000_000, 500, 0, 500, 0, 0, 0);

  private static Score day(long missing, long duplicateIds, long twoLeaders) {
    return new Score(
        "writer-killed",
        "kill -9 of the \"writer\"",
        1_234_567_890,
        900,
        12,
        899,
        missing,
        duplicateIds,
        twoLeaders);
  }

  private static Report report(Score day) {
    return new Report("MySQL 8.0.31", QUIET, List.of(day), 2, 1, 61.5);
  }

  @Test
  void missingOrdersAreToldAndAreNoFaultOfTheGame() {
    assertTrue(report(day(3, 0, 0)).isOk());
  }

  @Test
  void duplicateIdsOrTwoLeadersAreNeverOk() {
    assertFalse(report(day(0, 1, 0)).isOk());
    assertFalse(report(day(0, 0, 1)).isOk());
  }

  @Test
  void theFileHoldsWhatTheTableHolds() {
    assertEquals(
        """
        {
          "ok": true,
          "database": "MySQL 8.0.31",
          "seconds": 61.500,
          "unknown_outcome": 2,
          "unknown_outcome_stored": 1,
          "baseline": {"name": "none", "seconds_without_service": 0.020, "answered": 500, \
        "failed": 0, "acknowledged": 500, "missing_on_survivor": 0, "duplicate_ids": 0, \
        "two_leaders": 0},
          "faults": [
            {"name": "writer-killed", "seconds_without_service": 1.235, "answered": 900, \
        "failed": 12, "acknowledged": 899, "missing_on_survivor": 3, "duplicate_ids": 0, \
        "two_leaders": 0}
          ]
        }
        """,
        report(day(3, 0, 0)).json());
  }

  @Test
  void aGameDayThatWasNotHeldHasAReportToo() {
    assertEquals(
        "{\"ok\": false, \"error\": \"no \\\"db-01\\\"\\u000ahere\", \"faults\": []}\n",
        Report.failed("no \"db-01\"\nhere"));
  }

  @Test
  void theTableIsAligned() {
    assertEquals(
        """
                                   without  requests  requests        orders  missing on  duplicate      two
          bad day                  service  answered    failed  acknowledged    survivor        ids  leaders
          --------------------------------------------------------------------------------------------------
          none                      0.02 s       500         0           500           0          0        0
          kill -9 of the "writer"   1.23 s       900        12           899           3          0        0
        """
            .indent(2)
            .replaceAll("(?m)^  ", ""),
        new Summary(report(day(3, 0, 0))).table());
  }

  @Test
  void wordsNameTheMissingOrders() {
    assertTrue(
        new Summary(report(day(3, 0, 0))).words().contains("3 acknowledged orders are missing"));
  }
}
