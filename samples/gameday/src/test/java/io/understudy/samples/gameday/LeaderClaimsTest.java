package io.understudy.samples.gameday;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaderClaimsTest {
  private static Set<String> judged(Claim... claims) {
    LeaderClaims judge = new LeaderClaims();
    for (Claim claim : claims) {
      judge.add(claim);
    }
    return judge.periodsWithTwoLeaders();
  }

  private static Claim claim(String member, long epoch, long beforeNanos, long afterNanos) {
    return new Claim(member, "jobs", epoch, beforeNanos, afterNanos);
  }

  @Test
  void leadershipsOneAfterTheOtherAreFine() {
    assertEquals(
        Set.of(),
        judged(
            claim("app-1", 1, 10, 11),
            claim("app-1", 1, 20, 21),
            claim("app-2", 2, 21, 22),
            claim("app-2", 2, 40, 41)));
  }

  @Test
  void leadershipsAtOnceAreSeenAlsoBetweenTheClaims() {
    assertEquals(
        Set.of("role jobs: app-1 (epoch 1) and app-2 (epoch 2) led at once"),
        judged(
            claim("app-1", 1, 10, 11),
            claim("app-1", 1, 50, 51),
            claim("app-2", 2, 20, 21),
            claim("app-2", 2, 30, 31)));
  }

  @Test
  void aPauseDuringTheCheckProvesNothing() {
    assertEquals(
        Set.of(),
        judged(
            claim("app-1", 1, 10, 11),
            claim("app-1", 1, 12, 100),
            claim("app-2", 2, 50, 51),
            claim("app-2", 2, 90, 91)));
  }

  @Test
  void oneEpochOfTwoMembersIsAlwaysWrong() {
    assertEquals(
        Set.of("role jobs: app-1 and app-2 both claim epoch 3"),
        judged(claim("app-1", 3, 10, 11), claim("app-2", 3, 90, 91)));
  }

  @Test
  void otherRolesAndOwnSuccessionsAreNoMatter() {
    assertEquals(
        Set.of(),
        judged(
            claim("app-1", 1, 10, 11),
            claim("app-1", 1, 50, 51),
            claim("app-1", 2, 30, 31),
            new Claim("app-2", "db:main", 1, 5, 6),
            new Claim("app-2", "db:main", 1, 70, 71)));
  }

  @Test
  void anUnfinishedLastLineIsLeftOut(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("app-1.claims");
    String whole = claim("app-1", 1, 10, 11).line() + "\n" + claim("app-1", 1, 50, 51).line();
    Files.writeString(file, whole + "\n" + "app-1 jobs 1 9");
    LeaderClaims judge = LeaderClaims.read(List.of(file, directory.resolve("none.claims")));
    judge.add(claim("app-2", 2, 20, 21));
    judge.add(claim("app-2", 2, 30, 31));
    assertEquals(1, judge.periodsWithTwoLeaders().size());
  }

  @Test
  void somethingElseIsNoClaim() {
    assertThrows(IllegalArgumentException.class, () -> Claim.parse("app-1 jobs 1"));
  }
}
