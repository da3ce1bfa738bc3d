package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.Connectivity;
import io.understudy.ha.FencePlan;
import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.Secret;
import io.understudy.ha.Timing;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.spi.FenceHook;
import io.understudy.ha.spi.FenceRequest;
import io.understudy.ha.spi.FenceResult;
import io.understudy.ha.spi.FenceResult.Outcome;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hooks that answer, hang, throw, and are asked by lives that have ended. */
class FencerTest {
  private static final Life SELF = new Life(MemberId.of("n1"), 0x11);
  private static final Life PEER = new Life(MemberId.of("n2"), 0x22);
  private static final Output.Fence WANTED = new Output.Fence(PEER, 7, "n2 is silent");

  private final Queue<HaEvent> events = new ConcurrentLinkedQueue<>();
  private final Queue<Fencer.Answer> answers = new ConcurrentLinkedQueue<>();
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicBoolean heard = new AtomicBoolean();

  @AfterEach
  void letHooksGo() {
    release.countDown();
  }

  private interface Body {
    FenceResult fence(FenceRequest request) throws Exception;
  }

  private Fencer fencer(Duration limit, boolean goesOn, Body body) {
    FenceHook hook =
        new FenceHook() {
          @Override
          public Scope scope() {
            return Scope.PROCESS;
          }

          @Override
          public FenceResult fence(FenceRequest request, Duration allowed) throws Exception {
            calls.incrementAndGet();
            return body.fence(request);
          }
        };
    return fencer(FencePlan.first(FencePlan.Call.to(hook).within(limit)), goesOn);
  }

  private Fencer fencer(FencePlan plan, boolean goesOn) {
    HaConfig config =
        new HaConfig(
            "test",
            SELF.member(),
            List.of(),
            new InetSocketAddress(0),
            List.of(),
            Path.of("unused"),
            Secret.of("a secret of some length"),
            Timing.DEFAULT,
            false,
            true,
            List.of(),
            List.of(),
            Optional.empty(),
            new HaConfig.Safeguards(plan, Connectivity.none(), Optional.empty()));
    return new Fencer(config, life -> goesOn, member -> heard.get(), events::add, answers::add);
  }

  private Fencer.Answer answer() {
    await().until(() -> !answers.isEmpty());
    return answers.remove();
  }

  @Test
  void tellsTheHookWhomAndWhyAndTheElectionWhatItSaid() {
    long before = System.nanoTime();
    Queue<FenceRequest> seen = new ConcurrentLinkedQueue<>();
    Fencer fencer =
        fencer(
            Duration.ofSeconds(20),
            true,
            request -> {
              seen.add(request);
              return FenceResult.confirmed("off");
            });

    fencer.ask(SELF, "jobs", WANTED);

    Fencer.Answer answer = answer();
    assertEquals(SELF, answer.by());
    assertEquals(PEER, answer.input().target());
    assertEquals(Outcome.CONFIRMED, answer.input().result().outcome());
    assertTrue(answer.input().startedNanos() - before >= 0);
    assertEquals(
        new FenceRequest("test", "jobs", "n2", "22", "n1", 7, "n2 is silent"), seen.remove());
    assertEquals(
        List.of(HaEvent.FenceStarted.class, HaEvent.FenceEnded.class, HaEvent.FenceConcluded.class),
        events.stream().map(Object::getClass).toList());
  }

  /** A hook in Java may return null; whoever waits for it must hear, and may ask again. */
  @Test
  void nothingIsAnUnknownAnswer() {
    Fencer fencer = fencer(Duration.ofSeconds(20), true, request -> Answerless.result());

    fencer.ask(SELF, "jobs", WANTED);

    assertEquals(Outcome.UNKNOWN, answer().input().result().outcome());
    fencer.ask(SELF, "jobs", WANTED);
    assertEquals(Outcome.UNKNOWN, answer().input().result().outcome());
    assertEquals(2, calls.get());
  }

  /** What a hook without null checks does. */
  private static final class Answerless {
    @SuppressWarnings("NullAway")
    static FenceResult result() {
      return null;
    }
  }

  @Test
  void oneCallAtATime() {
    Fencer fencer =
        fencer(
            Duration.ofSeconds(20),
            true,
            request -> {
              release.await();
              return FenceResult.failed("no");
            });
    fencer.ask(SELF, "jobs", WANTED);
    await().until(() -> calls.get() == 1);

    fencer.ask(SELF, "mail", WANTED);
    release.countDown();
    answer();

    assertEquals(1, calls.get());
    fencer.ask(SELF, "jobs", WANTED);
    answer();
    assertEquals(2, calls.get());
  }

  @Test
  void aHookThatThrowsLeavesOpenWhatHappened() {
    Fencer fencer =
        fencer(
            Duration.ofSeconds(20),
            true,
            request -> {
              throw new AssertionError("broken");
            });

    fencer.ask(SELF, "jobs", WANTED);

    assertEquals(Outcome.UNKNOWN, answer().input().result().outcome());
  }

  @Test
  void aHookIsInterruptedAtItsLimit() {
    Fencer fencer =
        fencer(
            Duration.ofMillis(100),
            true,
            request -> {
              release.await();
              return FenceResult.confirmed("too late to be true");
            });

    fencer.ask(SELF, "jobs", WANTED);

    FenceResult result = answer().input().result();
    assertEquals(Outcome.UNKNOWN, result.outcome());
    assertTrue(result.detail().startsWith("interrupted after"), result::detail);
  }

  @Test
  void nothingIsSentToTheHookByALifeThatHasEnded() {
    Fencer fencer =
        fencer(Duration.ofSeconds(20), false, request -> FenceResult.confirmed("wrongly"));

    fencer.ask(SELF, "jobs", WANTED);

    assertEquals(Outcome.UNKNOWN, answer().input().result().outcome());
    assertEquals(0, calls.get());
  }

  @Test
  void closingInterruptsWhatIsUnderWay() {
    Fencer fencer =
        fencer(
            Duration.ofMinutes(5),
            true,
            request -> {
              release.await();
              return FenceResult.confirmed("wrongly");
            });
    fencer.ask(SELF, "jobs", WANTED);
    await().until(() -> calls.get() == 1);

    fencer.close();

    assertEquals(Outcome.UNKNOWN, answer().input().result().outcome());
  }

  /** A leader whose lease ends wants no fence for a moment; the target is silent all the same. */
  @Test
  void endsEarlyOnlyWhenTheTargetIsHeardAndNobodyWantsItsEnd() {
    assertEquals(Outcome.CONFIRMED, outcomeOfTwoLevels(false, "jobs", "mail"));
    assertEquals(Outcome.CONFIRMED, outcomeOfTwoLevels(true, "jobs"));
    assertEquals(Outcome.UNKNOWN, outcomeOfTwoLevels(true, "jobs", "mail"));
  }

  /** The roles jobs and mail ask; some of them call it off while the first level is under way. */
  private Outcome outcomeOfTwoLevels(boolean isHeard, String... calledOff) {
    heard.set(isHeard);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    FenceHook first =
        FenceHook.of(
            FenceHook.Scope.PROCESS,
            "first",
            (request, limit) -> {
              begun.countDown();
              goOn.await();
              return FenceResult.failed("on");
            });
    FenceHook second =
        FenceHook.of(
            FenceHook.Scope.PROCESS, "second", (request, limit) -> FenceResult.confirmed("off"));
    Fencer fencer =
        fencer(
            FencePlan.first(FencePlan.Call.to(first)).otherwise(FencePlan.Call.to(second)), true);
    fencer.ask(SELF, "jobs", WANTED);
    fencer.ask(SELF, "mail", WANTED);
    await().until(() -> begun.getCount() == 0);
    for (String role : calledOff) {
      fencer.callOff(role);
    }
    goOn.countDown();
    return answer().input().result().outcome();
  }

  @Test
  void remembersTheLastHundredCalls() {
    FencePlan.Call ten =
        FencePlan.Call.to(
                FenceHook.of(
                    FenceHook.Scope.PROCESS,
                    "counts",
                    (request, limit) -> FenceResult.failed("no " + calls.incrementAndGet())))
            .attempts(10, Duration.ZERO);
    Fencer fencer = fencer(FencePlan.first(ten), true);

    for (int i = 0; i < 11; i++) {
      fencer.ask(SELF, "jobs", WANTED);
      answer();
    }

    assertEquals(Fencer.HISTORY, fencer.history().size());
    assertEquals("no 11", fencer.history().get(0).result().detail());
    assertEquals("no 110", fencer.history().get(99).result().detail());
    assertEquals(PEER.member(), fencer.history().get(99).target());
    assertEquals("counts", fencer.history().get(99).hook());
    assertEquals(10, fencer.history().get(99).number());
  }
}
