package io.understudy.ha.internal.runtime;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Where the futures that the application waits for are completed: not on the election thread,
 * because what depends on them is the application's code; not in the common pool, because an
 * application that blocks its few threads would keep the answer it waits for from coming.
 */
final class Answers {
  private static final long IDLE_SECONDS = 10;

  private Answers() {}

  /** A thread for each answer that another one holds up; they end when idle. */
  static Executor of(String member) {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        work -> Threads.ordinary(work, "ha-answers-" + member));
  }
}
