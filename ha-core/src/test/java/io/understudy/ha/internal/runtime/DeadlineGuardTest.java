package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadlineGuardTest {
  /** No machine has room for it, so that the system refuses the thread. */
  private static final long HUGE_STACK = 1L << 50;

  private final List<Thread> made = new ArrayList<>();
  private boolean exhausted = true;

  private Thread thread(Runnable work) {
    Thread thread = new Thread(null, work, "ha-deadline-n1", exhausted ? HUGE_STACK : 0);
    thread.setDaemon(true);
    made.add(thread);
    return thread;
  }

  /** Who can not be guarded is refused; who comes later must be guarded all the same. */
  @Test
  void triesAgainWhenThereWasNoThreadForIt() throws InterruptedException {
    DeadlineGuard guard = new DeadlineGuard(new LastResort(), this::thread);
    assertThrows(IllegalStateException.class, guard::start);
    assertFalse(made.get(0).isAlive());
    exhausted = false;

    guard.start();
    guard.start();

    assertTrue(made.get(1).isAlive());
    assertEquals(2, made.size());
    guard.close();
    made.get(1).join();
  }
}
