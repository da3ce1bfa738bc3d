package io.understudy.ha;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.spi.CommandFenceHook;
import io.understudy.ha.spi.FenceHook.Scope;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which rosters leave two members with nobody to decide between them. */
class ThirdVoteTest {
  @ParameterizedTest
  @ValueSource(strings = {"a1 b1", "a2 b2", "a1 b1 c0", "a1 b1 w0"})
  void isMissing(String roster) {
    String why = missing(roster, null).orElseThrow();
    assertTrue(why.contains("[a, b]"), why);
    assertTrue(why.contains("a,b,w1:witness"), why);
    assertTrue(why.contains("witnessStore"), why);
    assertTrue(why.contains("a fence hook of scope PROCESS"), why);
    assertTrue(missing(roster, Scope.RESOURCE).orElseThrow().contains("is of scope RESOURCE"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a1", "a1 b0", "a2 b1", "a1 w1", "a1 b1 w1", "a1 b1 c1", "a1 a1"})
  void isNotMissing(String roster) {
    assertEquals(Optional.empty(), missing(roster, null));
  }

  @Test
  void aFenceOfTwoServesARosterOfTwo() {
    assertEquals(Optional.empty(), missing("a1 b1", Scope.PROCESS));
    assertEquals(Optional.empty(), missing("a1 b1", Scope.MACHINE));
    assertTrue(missing("a1 b1 c0", Scope.PROCESS).orElseThrow().contains("this one has 3"));
  }

  private static Optional<String> missing(
      String roster, @org.jspecify.annotations.Nullable Scope scope) {
    List<RosterMember> members =
        Stream.of(roster.split(" ", -1)).map(ThirdVoteTest::entry).toList();
    return ThirdVote.missing(
        "roster has", members, scope == null ? null : FencePlan.first(call(scope)));
  }

  private static FencePlan.Call call(Scope scope) {
    return FencePlan.Call.to(CommandFenceHook.running("true").exitZeroConfirms(scope));
  }

  /** A level that cuts off from a resource alone would hide the others once it confirms. */
  @ParameterizedTest
  @CsvSource({
    "PROCESS,          PROCESS,          true",
    "PROCESS,          RESOURCE,         false",
    "RESOURCE,         PROCESS,          false",
    "MACHINE,          PROCESS,          true",
    "MACHINE,          RESOURCE,         false",
    "RESOURCE PROCESS, PROCESS RESOURCE, true",
    "RESOURCE MACHINE, MACHINE PROCESS,  true"
  })
  void everyLevelOfAPlanEndsProcesses(String first, String second, boolean serves) {
    FencePlan plan = FencePlan.first(calls(first)).otherwise(calls(second));
    List<RosterMember> pair = List.of(entry("a1"), entry("b1"));

    Optional<String> missing = ThirdVote.missing("roster has", pair, plan);

    assertEquals(serves, missing.isEmpty());
    missing.ifPresent(
        why -> assertTrue(why.contains("not every level has a hook of scope PROCESS"), why));
  }

  private static FencePlan.Call[] calls(String scopes) {
    return Stream.of(scopes.split(" ", -1))
        .map(scope -> call(Scope.valueOf(scope)))
        .toArray(FencePlan.Call[]::new);
  }

  /** Name, votes; a name that begins with w is a witness'. */
  private static RosterMember entry(String text) {
    String name = text.substring(0, 1);
    return new RosterMember(
        MemberId.of(name), Integer.parseInt(text.substring(1)), name.equals("w"));
  }
}
