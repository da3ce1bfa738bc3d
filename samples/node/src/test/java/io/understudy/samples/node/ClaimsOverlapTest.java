package io.understudy.samples.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Claims are written here as {@code node role epoch before after}, separated by semicolons. */
class ClaimsOverlapTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a main 1 10 11",
        // one after the other
        "a main 1 10 11;a main 1 20 21;b main 2 30 31;b main 2 40 41",
        // the old leader's last interval spans the new one's first: both orders of instants
        // possible
        "a main 1 10 50;b main 2 30 31",
        // they touch
        "a main 1 31 32;b main 2 30 31",
        // a pause within the check proves nothing about its instant
        "a main 1 10 99;b main 2 30 31;b main 2 60 61",
        // other roles are other elections
        "a main 1 10 11;a main 1 50 51;b other 2 30 31",
        // one node in two epochs, in order
        "a main 1 10 11;a main 2 12 13",
        // before the clock's zero and over its end
        "a main 1 -20 -19;b main 2 -10 -9",
        "a main 1 9223372036854775800 9223372036854775801;b main 2 -9223372036854775800 -9223372036854775799",
      })
  void leadershipsThatCanBeSeparatedAreNoViolation(String claims) {
    assertEquals(List.of(), judge(claims).violations());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a main 1 10 11;a main 1 32 33;b main 2 30 31 | 1",
        // also when the lines come in another order
        "b main 2 30 31;a main 1 32 33;a main 1 10 11 | 1",
        // a returns after b, and after c
        "a main 1 10 11;b main 2 20 21;c main 3 30 31;a main 1 40 41 | 2",
        // a later epoch that lies within the old leadership
        "a main 1 10 11;a main 1 90 91;b main 2 30 31;c main 3 95 96 | 1",
        // one node's own old leadership must end too
        "a main 1 10 11;a main 2 20 21;a main 1 30 31 | 1",
        // one epoch, two leaders, however far apart
        "a main 1 10 11;b main 1 90 91;b main 1 92 93 | 1",
      })
  void provenOverlapsAreCounted(String claims, int violations) {
    assertEquals(violations, judge(claims).violations().size());
  }

  @Test
  void theSentenceNamesRoleNodesEpochsAndTime() {
    assertEquals(
        List.of("role main: a led in epoch 1 for at least 1.500 ms after b had begun epoch 2"),
        judge("b main 2 0 100;a main 1 1500100 1500200").violations());
  }

  @Test
  void epochsAndClaimsAreCounted() {
    ClaimsOverlap overlap = judge("b main 7 30 31;a main 2 10 11;a main 2 12 13;a x 1 1 2");

    assertEquals(List.of(2L, 7L), overlap.epochs("main"));
    assertEquals(4, overlap.claims());
  }

  @Test
  void filesAreMergedAndMayBeAbsent(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("a"), "a main 1 10 11\na main 1 12 13\n");
    ClaimsOverlap overlap = new ClaimsOverlap();

    overlap.add(file);
    overlap.add(directory.resolve("absent"));

    assertEquals(2, overlap.claims());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a main 1 10", "a main 1 10 11 12", "a main one 10 11", "a main 1  10"})
  void otherLinesAreRefused(String line) {
    assertThrows(IllegalArgumentException.class, () -> Claim.parse(line));
  }

  private static ClaimsOverlap judge(String claims) {
    ClaimsOverlap overlap = new ClaimsOverlap();
    Arrays.stream(claims.split(";", -1))
        .filter(line -> !line.isEmpty())
        .map(Claim::parse)
        .forEach(overlap::add);
    return overlap;
  }
}
