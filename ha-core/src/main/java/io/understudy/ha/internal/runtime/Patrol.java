package io.understudy.ha.internal.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes rounds: calls each of its checks again and again, and says what came of it. A check has a
 * thread of its own while it runs, so one that hangs delays no other; it is interrupted at its
 * limit, counts as failed from then on, and is called again only when it has returned. So there are
 * never more threads than checks, and one for the rounds, which alone tells the findings.
 *
 * <p>Time during which this thread did not run does not count against a check: the process was
 * paused, and the check with it.
 */
final class Patrol {
  private static final Logger LOG = LoggerFactory.getLogger(Patrol.class);
  private static final long IDLE_SECONDS = 30;
  private static final long LONGEST_SLEEP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final String name;
  private final List<Post> posts = new ArrayList<>();
  private final BlockingQueue<Runnable> returned = new LinkedBlockingQueue<>();
  private final ThreadPoolExecutor workers;
  private final Thread thread;
  private volatile boolean closed;
  private volatile String trouble = "";

  /** What is called. */
  interface Work {
    /**
     * Returns if all is well.
     *
     * @throws Exception what is not; the message is told
     */
    void run() throws Exception;
  }

  /** Is told what a call came to. On the thread of the rounds; must not block. */
  interface Findings {
    /**
     * A call has come to an end, or to its limit.
     *
     * @param trouble what is not well; empty if all is
     * @param nowNanos the monotonic time
     */
    void found(String trouble, long nowNanos);
  }

  /**
   * Something to look after.
   *
   * @param name for the log
   * @param intervalNanos how long after a call the next one begins
   * @param limitNanos how long a call may take
   * @param work is called
   * @param findings is told
   */
  record Check(String name, long intervalNanos, long limitNanos, Work work, Findings findings) {}

  Patrol(String name, List<Check> checks) {
    this.name = name;
    int most = Math.max(1, checks.size());
    this.workers =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> Threads.ordinary(work, name + "-check"));
    workers.allowCoreThreadTimeOut(true);
    checks.forEach(check -> posts.add(new Post(check)));
    this.thread = Threads.ordinary(this::run, name);
  }

  void start() {
    if (!posts.isEmpty()) {
      thread.start();
    }
  }

  /** What is wrong with the rounds themselves; empty if nothing is. */
  String trouble() {
    return trouble;
  }

  private void run() {
    long plannedNanos = System.nanoTime();
    while (!closed) {
      try {
        Runnable news =
            returned.poll(Math.max(0, plannedNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        long now = System.nanoTime();
        forgive(now - plannedNanos, now);
        if (news != null) {
          news.run();
        }
        plannedNanos = round(now);
        trouble = "";
      } catch (InterruptedException e) {
        LOG.debug("{} - interrupted; only close() ends this loop", name);
      } catch (Throwable e) { // the next round may go better; nobody else looks
        LOG.error("{} - a round failed; the next one begins in a second", name, e);
        trouble = name + ": a round of checks failed (" + e + "); what is known may be old";
        plannedNanos = System.nanoTime() + LONGEST_SLEEP_NANOS;
      }
    }
  }

  /** After a pause a call that runs has its whole limit again: nobody knows when it went on. */
  private void forgive(long lateNanos, long now) {
    if (lateNanos > PAUSE_NANOS) {
      posts.forEach(post -> post.forgive(now));
    }
  }

  /** Looks at everything, and says when to look again. */
  private long round(long now) {
    long next = now + LONGEST_SLEEP_NANOS;
    for (Post post : posts) {
      long at = post.look(now);
      next = at - next < 0 ? at : next;
    }
    return next;
  }

  /** Nothing is found any more; what runs is interrupted. Does not wait. */
  void close() {
    closed = true;
    returned.add(() -> {});
    workers.shutdownNow();
  }

  /** One check and the call of it that is under way. Thread of the rounds, but for the call. */
  private final class Post {
    private final Check check;
    private @Nullable Call call;
    private long nextNanos = System.nanoTime();

    Post(Check check) {
      this.check = check;
    }

    void forgive(long now) {
      if (call != null) {
        call.sinceNanos = now;
      }
    }

    long look(long now) {
      Call current = call;
      if (current == null) {
        return now - nextNanos >= 0 ? begin(now) : nextNanos;
      }
      long limitNanos = current.sinceNanos + check.limitNanos();
      if (now - limitNanos < 0) {
        return limitNanos;
      }
      if (!current.isOver) {
        current.isOver = true;
        current.interrupt();
        nextNanos = now;
      }
      if (now - nextNanos >= 0) { // a call that hangs fails as often as it would be made
        nextNanos = now + check.intervalNanos();
        long limitMillis = TimeUnit.NANOSECONDS.toMillis(check.limitNanos());
        check.findings().found("no answer within " + limitMillis + " ms", now);
      }
      return nextNanos;
    }

    private long begin(long now) {
      Call fresh = new Call(this, now);
      call = fresh;
      try {
        workers.execute(fresh);
      } catch (RejectedExecutionException | OutOfMemoryError e) { // closed, or no thread to be had
        call = null;
        nextNanos = now + check.intervalNanos();
        if (!closed) {
          check.findings().found("cannot be called: " + e, now);
        }
        return nextNanos;
      }
      return now + check.limitNanos();
    }

    void ended(Call ended, String trouble) {
      if (call == ended) {
        long now = System.nanoTime();
        call = null;
        nextNanos = now + check.intervalNanos();
        if (!ended.isOver && !closed) {
          check.findings().found(trouble, now);
        }
      }
    }
  }

  /** One call. */
  private final class Call implements Runnable {
    private final Post post;
    private long sinceNanos;
    private boolean isOver;
    private @Nullable Thread runner;

    Call(Post post, long sinceNanos) {
      this.post = post;
      this.sinceNanos = sinceNanos;
    }

    @Override
    public void run() {
      runner(Thread.currentThread());
      String trouble = "";
      try {
        post.check.work().run();
      } catch (Throwable e) { // whatever it throws, it is not well
        trouble = reasonOf(e);
      } finally {
        runner(null);
        boolean unused = Thread.interrupted(); // it was that call's
      }
      String found = trouble;
      returned.add(() -> post.ended(this, found));
    }

    private synchronized void runner(@Nullable Thread current) {
      runner = current;
    }

    synchronized void interrupt() {
      if (runner != null) {
        runner.interrupt();
      }
    }

    /** Here and not on the thread of the rounds: an application's exception is its code, too. */
    private String reasonOf(Throwable failure) {
      try {
        LOG.debug("{} - {} failed", name, post.check.name(), failure);
        String message = failure.getMessage();
        return message == null
                || message.isBlank()
                || failure instanceof RuntimeException
                || failure instanceof Error
            ? failure.toString()
            : message;
      } catch (Throwable e) { // it must be known in any case
        return failure.getClass().getName();
      }
    }
  }
}
