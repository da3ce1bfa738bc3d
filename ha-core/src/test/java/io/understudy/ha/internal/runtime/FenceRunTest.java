package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.FenceAttempt;
import io.understudy.ha.FencePlan;
import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.spi.FenceHook;
import io.understudy.ha.spi.FenceHook.Scope;
import io.understudy.ha.spi.FenceRequest;
import io.understudy.ha.spi.FenceResult;
import io.understudy.ha.spi.FenceResult.Outcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Plans of several levels, hooks and attempts; hooks here answer what is written in their table.
 */
class FenceRunTest {
  private static final FenceRequest REQUEST =
      new FenceRequest("test", "jobs", "n2", "22", "n1", 7, "n2 is silent");

  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final List<FenceAttempt> history = new CopyOnWriteArrayList<>();
  private final Queue<HaEvent> events = new ConcurrentLinkedQueue<>();
  private final AtomicReference<String> objection = new AtomicReference<>("");
  private final CountDownLatch release = new CountDownLatch(1);

  @AfterEach
  void letHooksGo() {
    release.countDown();
  }

  /** Answers one letter after the other: confirmed, failed, unknown; the last one for ever. */
  private FencePlan.Call call(Scope scope, String name, String answers) {
    Queue<FenceResult> next = new ArrayDeque<>();
    for (int i = 0; i < answers.length(); i++) {
      next.add(
          switch (answers.charAt(i)) {
            case 'c' -> FenceResult.confirmed("off");
            case 'f' -> FenceResult.failed("on");
            default -> FenceResult.unknown("dark");
          });
    }
    FenceHook hook =
        FenceHook.of(
            scope,
            name,
            (request, limit) -> {
              calls.add(name);
              return next.size() > 1 ? next.remove() : next.element();
            });
    return FencePlan.Call.to(hook);
  }

  private FencePlan.Call ends(String name, String answers) {
    return call(Scope.PROCESS, name, answers);
  }

  private FencePlan.Call cuts(String name, String answers) {
    return call(Scope.RESOURCE, name, answers);
  }

  private FenceRun run(FencePlan plan) {
    return new FenceRun(
        plan,
        REQUEST,
        objection::get,
        new FenceRun.Reports(MemberId.of("n1"), events::add, history::add));
  }

  private FenceRun.Conclusion concluded(FencePlan plan) {
    return run(plan).run();
  }

  @Test
  void theFirstLevelThatConfirmsIsTheLast() {
    FenceRun.Conclusion end =
        concluded(
            FencePlan.first(ends("a", "f")).otherwise(ends("b", "c")).otherwise(ends("c", "c")));

    assertEquals(List.of("a", "b"), calls);
    assertEquals(FenceResult.confirmed("level 2, b: off"), end.result());
    assertEquals(Scope.PROCESS, end.scope());
  }

  @Test
  void allOfALevelMustConfirmAndTheRestOfOneThatDidNotIsLeftOut() {
    FenceRun.Conclusion end =
        concluded(
            FencePlan.first(ends("a", "c"), ends("b", "u"), ends("c", "c"))
                .otherwise(ends("d", "c"), ends("e", "c")));

    assertEquals(List.of("a", "b", "d", "e"), calls);
    assertEquals(FenceResult.confirmed("level 2, d: off; level 2, e: off"), end.result());
  }

  @Test
  void nothingConfirms() {
    FencePlan failing = FencePlan.first(ends("a", "f")).otherwise(ends("b", "f"));
    FencePlan dark = FencePlan.first(ends("a", "u")).otherwise(ends("b", "f"));

    assertEquals(FenceResult.failed("level 1, a: on; level 2, b: on"), concluded(failing).result());
    assertEquals(Outcome.UNKNOWN, concluded(dark).result().outcome());
  }

  @Test
  void aHookIsCalledAgainUntilItConfirms() {
    FenceRun.Conclusion end =
        concluded(
            FencePlan.first(ends("a", "fuc").attempts(5, Duration.ofMillis(1)))
                .otherwise(ends("b", "c")));

    assertEquals(List.of("a", "a", "a"), calls);
    assertEquals(Outcome.CONFIRMED, end.result().outcome());
    assertEquals(List.of(1, 2, 3), history.stream().map(FenceAttempt::number).toList());
  }

  /** An attempt whose end nobody knows is not made certain by one that failed for certain. */
  @Test
  void oneUnknownAttemptLeavesTheWholeOpen() {
    FenceRun.Conclusion end =
        concluded(FencePlan.first(ends("a", "uf").attempts(2, Duration.ofMillis(1))));

    assertEquals(FenceResult.unknown("on"), end.result());
  }

  @Test
  void aLevelIsAsStrongAsItsStrongestHook() {
    assertEquals(
        Scope.PROCESS,
        concluded(FencePlan.first(cuts("a", "c"), ends("b", "c"), cuts("c", "c"))).scope());
    assertEquals(
        Scope.RESOURCE,
        concluded(FencePlan.first(ends("a", "f")).otherwise(cuts("b", "c"))).scope());
  }

  /** What began before the level did is dead; about what began since, nothing is said. */
  @Test
  void countsFromTheBeginningOfTheLevelThatConfirmed() {
    AtomicReference<Long> calledFirst = new AtomicReference<>(0L);
    AtomicReference<Long> failed = new AtomicReference<>(0L);
    FenceHook fails =
        FenceHook.of(
            Scope.PROCESS,
            "fails",
            (request, limit) -> {
              failed.set(System.nanoTime());
              return FenceResult.failed("on");
            });
    FenceHook first =
        FenceHook.of(
            Scope.RESOURCE,
            "first",
            (request, limit) -> {
              calledFirst.set(System.nanoTime());
              return FenceResult.confirmed("off");
            });

    FenceRun.Conclusion end =
        concluded(
            FencePlan.first(FencePlan.Call.to(fails))
                .otherwise(FencePlan.Call.to(first), ends("b", "fc").attempts(2, Duration.ZERO)));

    assertTrue(end.startedNanos() - calledFirst.get() < 0, "before its first hook was called");
    assertTrue(end.startedNanos() - failed.get() > 0, "after the level before");
  }

  @Test
  void endsBeforeTheNextCallWhenItIsNoLongerWanted() {
    FenceHook heard =
        FenceHook.of(
            Scope.PROCESS,
            "a",
            (request, limit) -> {
              objection.set("n2 is heard again");
              return FenceResult.failed("on");
            });

    FenceRun.Conclusion end =
        concluded(FencePlan.first(FencePlan.Call.to(heard)).otherwise(ends("b", "c")));

    assertEquals(List.of(), calls);
    assertEquals(
        FenceResult.unknown("level 1, a: on; called off: n2 is heard again"), end.result());
  }

  @Test
  void tellsWhichHookOfWhichLevel() {
    concluded(FencePlan.first(ends("a", "f")).otherwise(ends("b", "c")));

    List<String> told =
        events.stream()
            .map(
                event ->
                    event instanceof HaEvent.FenceStarted started
                        ? started.level() + " " + started.hook() + " " + started.reason()
                        : ended((HaEvent.FenceEnded) event))
            .toList();
    assertEquals(
        List.of("1 a n2 is silent", "1 a FAILED", "2 b n2 is silent", "2 b CONFIRMED"), told);
  }

  private static String ended(HaEvent.FenceEnded event) {
    FenceAttempt attempt = event.attempt();
    return attempt.level() + " " + attempt.hook() + " " + attempt.result().outcome();
  }

  /** Deaf to its interrupt: nobody else is called beside it, and everybody hears of it. */
  @Test
  void aHookThatDoesNotReturnHoldsUpItsPlan() throws InterruptedException {
    FenceHook deaf =
        FenceHook.of(
            Scope.PROCESS,
            "deaf",
            (request, limit) -> {
              boolean released = false;
              while (!released) {
                try {
                  release.await();
                  released = true;
                } catch (InterruptedException e) {
                  calls.add("interrupted");
                }
              }
              return FenceResult.failed("on");
            });
    FenceRun run =
        run(
            FencePlan.first(FencePlan.Call.to(deaf).within(Duration.ofMillis(100)))
                .otherwise(ends("b", "c")));
    AtomicReference<FenceResult> result = new AtomicReference<>(FenceResult.failed("none"));
    Thread thread = new Thread(() -> result.set(run.run().result()), "plan");
    thread.start();

    await().atMost(20, TimeUnit.SECONDS).until(() -> history.size() == 1);
    assertTrue(history.get(0).result().detail().startsWith("the hook has not returned"));
    assertEquals(List.of("interrupted"), calls);
    release.countDown();
    thread.join(20_000);

    assertEquals(Outcome.CONFIRMED, result.get().outcome());
    assertEquals(List.of("interrupted", "b"), calls);
    assertEquals(3, history.size());
  }

  @Test
  void aHookWhoseScopeFailsEndsItsPlanAndNothingElse() {
    FenceHook broken =
        new FenceHook() {
          @Override
          public Scope scope() {
            throw new IllegalStateException("broken");
          }

          @Override
          public FenceResult fence(FenceRequest request, Duration limit) {
            return FenceResult.confirmed("wrongly");
          }
        };

    FenceRun.Conclusion end =
        concluded(new FencePlan(List.of(new FencePlan.Level(List.of(FencePlan.Call.to(broken))))));

    assertEquals(Outcome.UNKNOWN, end.result().outcome());
  }
}
