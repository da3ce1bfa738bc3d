package io.understudy.samples.gameday;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AuditTest {
  @Test
  void epochsThatStayOrGrowAreFine() {
    assertEquals(Set.of(), Audit.epochsThatFell(List.of(1L, 1L, 4L, 4L, 5L)));
  }

  @Test
  void everyRunOfAnOverruledLeaderIsFound() {
    assertEquals(
        Set.of(
            "run 2 of the job: epoch 1 wrote after epoch 2",
            "run 3 of the job: epoch 1 wrote after epoch 2"),
        Audit.epochsThatFell(List.of(1L, 2L, 1L, 1L, 2L)));
  }

  @Test
  void anIdThatMeansTwoOrdersIsFoundOnlyIfBothMastersHaveIt() {
    assertEquals(
        Set.of(3L),
        Audit.differing(Map.of(1L, "a", 3L, "b", 5L, "c"), Map.of(1L, "a", 3L, "x", 4L, "y")));
  }

  @Test
  void anIdTellsItsMaster() {
    assertEquals("db-01", Databases.nameOf(4711));
    assertEquals("db-02", Databases.nameOf(4712));
  }
}
