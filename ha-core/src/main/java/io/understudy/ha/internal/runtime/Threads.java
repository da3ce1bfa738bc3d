package io.understudy.ha.internal.runtime;

/** The runtime's daemon threads. */
@SuppressWarnings("ThreadPriorityCheck") // a help where it is heeded, relied on nowhere
final class Threads {
  private Threads() {}

  /**
   * One that should run before the application's: of the highest priority. Linux ignores priorities
   * unless the JVM runs with {@code -XX:ThreadPriorityPolicy=1} as root; there the scheduler's
   * fairness to threads that sleep most of the time has to do. A thread that comes late costs a
   * leadership, never safety.
   */
  static Thread urgent(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.setPriority(Thread.MAX_PRIORITY);
    return thread;
  }

  /** One that runs the application's code, of normal priority though an urgent one may make it. */
  static Thread ordinary(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.setPriority(Thread.NORM_PRIORITY);
    return thread;
  }
}
