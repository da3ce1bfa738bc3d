package io.understudy.ha.internal.runtime;

import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Runs the calls of one group on a thread of its own, and on a fresh one after a call that was
 * abandoned. The thread is made with the first call. Used by the election thread, and closed by
 * whoever closes the node: once that has returned, no call begins.
 */
final class GroupCaller {
  private final ThreadFactory maker;
  private final Results results;
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private @Nullable Worker worker;
  private boolean closed;

  /** Gets what came of a call, on the group's thread. */
  interface Results {
    /**
     * A call has returned.
     *
     * @param call its number
     * @param failure what it threw, or null
     */
    void returned(long call, @Nullable Throwable failure);
  }

  /** A call of a resource. */
  interface Work {
    void run() throws Exception;
  }

  private record Task(long call, Work work) {}

  /**
   * Makes no thread yet.
   *
   * @param maker makes the threads
   * @param results is told, on them, what came of the calls
   */
  GroupCaller(ThreadFactory maker, Results results) {
    this.maker = maker;
    this.results = results;
  }

  /** Where no thread can be had the call has failed, like one that threw. */
  synchronized void call(long number, Work work) {
    if (closed) {
      return;
    }
    try {
      working().queue.add(new Task(number, work));
    } catch (Throwable e) { // "unable to create native thread" is an Error, and the usual one
      results.returned(number, e);
    }
  }

  private Worker working() {
    Worker current = worker;
    if (current == null || current.retired) {
      current = new Worker();
      current.thread.start();
      worker = current; // not before it runs: the next call tries again
    }
    return current;
  }

  /** Also where the thread that runs it takes no other call any more. */
  synchronized void interrupt(long call) {
    if (worker != null) {
      worker.interrupt(call);
    }
  }

  /** The thread that runs the call is left to it. */
  synchronized void abandon() {
    retire();
  }

  /** Ends the thread after what it runs. */
  synchronized void close() {
    closed = true;
    retire();
  }

  private void retire() {
    if (worker != null && !worker.retired) {
      worker.retired = true;
      worker.queue.add(new Task(0, () -> {})); // the call may have returned: it waits for the next
    }
  }

  /** Whether a call of this group runs on the current thread, and be it an abandoned one. */
  boolean isCurrentThread() {
    return threads.contains(Thread.currentThread());
  }

  private final class Worker {
    final BlockingQueue<Task> queue = new LinkedBlockingQueue<>();
    final Thread thread = maker.newThread(this::run);
    volatile boolean retired;
    private long current;
    private long doomed;

    /** Interrupts that call and no other, and be it before it begins. */
    synchronized void interrupt(long call) {
      doomed = call;
      if (current == call) {
        thread.interrupt();
      }
    }

    private synchronized void begin(long call) {
      current = call;
      if (doomed == call) {
        thread.interrupt();
      }
    }

    private synchronized void end() {
      current = 0;
      boolean unused = Thread.interrupted(); // it was that call's
    }

    private void run() {
      threads.add(thread);
      try {
        while (!retired) {
          work();
        }
      } finally {
        threads.remove(thread);
      }
    }

    private void work() {
      try {
        run(queue.take());
      } catch (InterruptedException e) {
        end(); // a resource interrupted the thread that is not its own
      }
    }

    private void run(Task task) {
      Throwable failure = null;
      begin(task.call());
      try {
        task.work().run();
      } catch (Throwable e) { // whatever a resource throws, the group must hear of it
        failure = e;
      }
      end();
      if (task.call() != 0) {
        results.returned(task.call(), failure);
      }
    }
  }
}
