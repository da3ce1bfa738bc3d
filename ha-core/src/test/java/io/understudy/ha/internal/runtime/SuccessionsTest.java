package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.LeaderInfo;
import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.internal.runtime.Successions.Succession;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SuccessionsTest {
  private static final Duration LONG = Duration.ofSeconds(10);
  private static final MemberId N1 = MemberId.of("n1");
  private static final MemberId N2 = MemberId.of("n2");

  private final Successions successions = of(Duration.ofHours(1));
  private final Succession wanted = Succession.of("main", N2);

  private static Successions of(Duration limit) {
    return new Successions(Runnable::run, limit.toNanos());
  }

  private static OperationRefusedException refusalOf(Succession ended) {
    assertTrue(ended.seen().isDone());
    Throwable cause = assertThrows(CompletionException.class, ended.seen()::join).getCause();
    return (OperationRefusedException) cause;
  }

  @Test
  void endsWhenTheSuccessorLeads() {
    successions.accepted(wanted);

    successions.leaderSeen("main", new LeaderInfo(N2, 7));

    assertEquals(new LeaderInfo(N2, 7), wanted.seen().join());
    assertEquals(0, successions.open());
  }

  @Test
  void failsWhenAnotherLeadsAndSaysWho() {
    successions.accepted(wanted);

    successions.leaderSeen("main", new LeaderInfo(N1, 7));

    OperationRefusedException refusal = refusalOf(wanted);
    assertEquals(OperationRefusedException.Cause.NOT_ELECTED, refusal.refusal());
    assertEquals("n2 accepted main and was not elected: n1 was, in epoch 7", refusal.getMessage());
    assertEquals(0, successions.open());
  }

  @Test
  void theFirstLeaderCounts() {
    successions.accepted(wanted);

    successions.leaderSeen("main", new LeaderInfo(N1, 7));
    successions.leaderSeen("main", new LeaderInfo(N2, 8));

    assertEquals(OperationRefusedException.Cause.NOT_ELECTED, refusalOf(wanted).refusal());
  }

  @Test
  void leadersBeforeItWasGivenUpAndOfOtherRolesDoNotCount() {
    successions.leaderSeen("main", new LeaderInfo(N1, 6));
    successions.accepted(wanted);
    successions.leaderSeen("other", new LeaderInfo(N1, 7));

    assertFalse(wanted.seen().isDone());
    assertEquals(1, successions.open());
  }

  @Test
  void failsWhenNobodyLeadsInTime() {
    Successions impatient = of(Duration.ofMillis(20));

    impatient.accepted(wanted);

    await().atMost(LONG).until(wanted.seen()::isDone);
    OperationRefusedException refusal = refusalOf(wanted);
    assertEquals(OperationRefusedException.Cause.NOT_ELECTED, refusal.refusal());
    assertTrue(refusal.getMessage().contains("nobody is known to lead it 20 ms"));
    await().atMost(LONG).until(() -> impatient.open() == 0);
  }

  @Test
  void forgetsThoseThatNobodyWaitsForAnyMore() {
    successions.accepted(wanted);

    wanted.seen().orTimeout(1, TimeUnit.MILLISECONDS); // what the application may do

    await().atMost(LONG).until(() -> successions.open() == 0);
  }

  @Test
  void failsWhenTheNodeIsClosed() {
    successions.accepted(wanted);

    successions.close(
        new OperationRefusedException(OperationRefusedException.Cause.CLOSED, "closed"));

    assertEquals(OperationRefusedException.Cause.CLOSED, refusalOf(wanted).refusal());
    assertEquals(0, successions.open());
  }
}
