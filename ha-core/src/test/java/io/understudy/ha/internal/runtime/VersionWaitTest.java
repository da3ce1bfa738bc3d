package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.RegisterVersion;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class VersionWaitTest {
  private final VersionWait wait = new VersionWait(Runnable::run);

  @Test
  void completesWhatIsReachedAndNothingElse() {
    CompletableFuture<RegisterVersion> first = wait.until(new RegisterVersion(5, 1));
    CompletableFuture<RegisterVersion> third = wait.until(new RegisterVersion(5, 3));
    wait.reach(new RegisterVersion(5, 2));
    await().until(first::isDone);
    assertFalse(third.isDone());
    assertTrue(wait.until(new RegisterVersion(5, 2)).isDone());
  }

  @Test
  void aFailureReachesAllWhoWait() {
    CompletableFuture<RegisterVersion> waiting = wait.until(new RegisterVersion(5, 1));
    wait.fail(new IllegalStateException("over"));
    await().until(waiting::isCompletedExceptionally);
  }
}
