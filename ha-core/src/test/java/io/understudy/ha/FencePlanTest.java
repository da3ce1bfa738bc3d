package io.understudy.ha;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.spi.FenceHook;
import io.understudy.ha.spi.FenceHook.Scope;
import io.understudy.ha.spi.FenceRequest;
import io.understudy.ha.spi.FenceResult;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bounds, names and the time that a plan takes. */
class FencePlanTest {
  private static FencePlan.Call call(String name) {
    return FencePlan.Call.to(
        FenceHook.of(Scope.PROCESS, name, (request, limit) -> FenceResult.failed("on")));
  }

  @Test
  void knowsHowLongItTakesAtMost() {
    FencePlan plan =
        FencePlan.first(
                call("a").within(Duration.ofSeconds(10)).attempts(3, Duration.ofSeconds(2)),
                call("b").within(Duration.ofSeconds(5)))
            .otherwise(call("c"));

    assertEquals(Duration.ofSeconds(3 * 10 + 2 * 2 + 5 + 30), plan.longest());
    assertEquals(List.of(), plan.faults());
  }

  /** A process that is dead and a resource that is cut off leave other resources at work. */
  @ParameterizedTest
  @CsvSource({
    "RESOURCE,                 RESOURCE",
    "PROCESS,                  PROCESS",
    "PROCESS RESOURCE,         PROCESS",
    "RESOURCE MACHINE,         MACHINE",
    "MACHINE PROCESS RESOURCE, MACHINE"
  })
  void aLevelIsAsStrongAsItsStrongestHook(String hooks, Scope level) {
    FencePlan.Call[] calls =
        Stream.of(hooks.split(" ", -1))
            .map(Scope::valueOf)
            .map(scope -> FenceHook.of(scope, "a", (request, limit) -> FenceResult.failed("on")))
            .map(FencePlan.Call::to)
            .toArray(FencePlan.Call[]::new);

    assertEquals(level, FencePlan.first(calls).levels().get(0).scope());
  }

  @Test
  void tellsAllFaultsWithWhereTheyAre() {
    FencePlan plan =
        FencePlan.first(
                call("a").within(Duration.ofMillis(99)), call("b").attempts(0, Duration.ZERO))
            .otherwise(call("c").attempts(11, Duration.ofSeconds(61)))
            .otherwise();

    assertEquals(
        List.of(
            "fence limit of a in level 1 is 99 ms; 100 ms to 10 min are possible",
            "fence attempts of b in level 1 are 0; 1 to 10 are possible",
            "fence pause of c in level 2 is 61000 ms; 0 ms to 1 min are possible",
            "fence attempts of c in level 2 are 11; 1 to 10 are possible",
            "fence level 3 has 0 hooks; 1 to 9 are possible"),
        plan.faults());
  }

  @Test
  void tenLevelsAndMoreThanAnHourAreRefused() {
    FencePlan ten = FencePlan.first(call("a"));
    for (int i = 0; i < 9; i++) {
      ten = ten.otherwise(call("a"));
    }
    FencePlan.Call[] hours = new FencePlan.Call[9];
    Arrays.fill(hours, call("a").within(Duration.ofMinutes(10)));

    assertEquals(List.of("fence has 10 levels; 1 to 9 are possible"), ten.faults());
    assertTrue(FencePlan.first(hours).faults().get(0).startsWith("fence may take 90 min"));
    assertEquals(1, new FencePlan(List.of()).faults().size());
  }

  @Test
  void aHookIsCalledByItsNameOrByItsClass() {
    FenceHook nameless =
        new FenceHook() {
          @Override
          public Scope scope() {
            return Scope.PROCESS;
          }

          @Override
          public FenceResult fence(FenceRequest request, Duration limit) {
            return FenceResult.failed("on");
          }
        };

    assertEquals("a", call("a").name());
    assertTrue(FencePlan.Call.to(nameless).name().contains("FencePlanTest"));
    assertEquals("Named", FencePlan.Call.to(new Named()).name());
  }

  private static final class Named implements FenceHook {
    @Override
    public Scope scope() {
      return Scope.RESOURCE;
    }

    @Override
    public FenceResult fence(FenceRequest request, Duration limit) {
      return FenceResult.failed("on");
    }
  }
}
