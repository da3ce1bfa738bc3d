package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to the state directory now and then though there is nothing to store, on a thread of its
 * own: a healthy cluster stores nothing for months, and a disk that filled up meanwhile would be
 * noticed at the next election, which is when it is needed. What it finds is told and decides
 * nothing, because a leader needs no disk as long as nothing changes.
 */
final class DiskProbe {
  private static final Logger LOG = LoggerFactory.getLogger(DiskProbe.class);
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String member;
  private final Write write;
  private final EventBus events;
  private final Thread thread;
  private volatile boolean closed;
  private volatile String failure = "";
  private volatile boolean writing;
  private volatile long beganNanos;

  /** Writes something, and forces it to disk. */
  interface Write {
    void run() throws IOException;
  }

  DiskProbe(String member, Write write, EventBus events) {
    this.member = member;
    this.write = write;
    this.events = events;
    this.thread = Threads.ordinary(this::run, "ha-disk-" + member);
  }

  void start() {
    thread.start();
  }

  /** What is wrong with the disk, as far as the last write showed; empty if nothing is. */
  String warning() {
    long takesNanos = System.nanoTime() - beganNanos;
    if (writing && takesNanos > INTERVAL_NANOS) {
      long seconds = TimeUnit.NANOSECONDS.toSeconds(takesNanos);
      return "a test write to the state directory has not come back for " + seconds + " s";
    }
    return failure;
  }

  private void run() {
    while (!closed) {
      try {
        probe();
      } catch (RuntimeException | Error e) { // the next one may tell more
        LOG.error("{} - probing the disk failed", member, e);
      }
      LockSupport.parkNanos(this, INTERVAL_NANOS);
    }
  }

  private void probe() {
    beganNanos = System.nanoTime();
    writing = true;
    String found = "";
    try {
      write.run();
    } catch (IOException e) {
      found = "the state directory cannot be written: " + e.getMessage();
    } finally {
      writing = false;
    }
    boolean changed = found.isEmpty() != failure.isEmpty();
    failure = found;
    if (changed && !closed) {
      tell(found);
    }
  }

  private void tell(String found) {
    events.publish(new HaEvent.StorageChanged(Instant.now(), found.isEmpty(), found));
    if (found.isEmpty()) {
      LOG.info("{} - the state directory can be written again", member);
    } else {
      LOG.error("{} - {}; at the next election this member will not take part", member, found);
    }
  }

  void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
