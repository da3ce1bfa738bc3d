package io.understudy.ha.internal.jgroups;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Warns of what strangers, or a fault, can cause at any rate: at most one line per minute and kind,
 * with the count since the line before. Never a stack trace. Threadsafe.
 */
final class RateLimitedLog {
  private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Logger log;
  private final String who;
  private final LongSupplier clock;
  private final Map<Kind, Tally> tallies = new ConcurrentHashMap<>();

  /** What is counted together. A closed set: outsiders cannot add to it. */
  enum Kind {
    REFUSED("refused connections"),
    DROPPED("dropped messages"),
    UNSENT("messages not sent"),
    FAILED("failures");

    private final String what;

    Kind(String what) {
      this.what = what;
    }
  }

  private static final class Tally {
    long sinceLine;
    long total;
    long lineNanos;
    boolean first = true;
  }

  RateLimitedLog(Logger log, String who, LongSupplier clock) {
    this.log = log;
    this.who = who;
    this.clock = clock;
  }

  /** Counts one, and perhaps logs it. The text must be short and free of anything secret. */
  void warn(Kind kind, String latest) {
    Tally tally = tallies.computeIfAbsent(kind, k -> new Tally());
    long now = clock.getAsLong();
    long count;
    synchronized (tally) {
      tally.sinceLine++;
      tally.total++;
      if (!tally.first && now - tally.lineNanos < INTERVAL_NANOS) {
        return;
      }
      tally.first = false;
      tally.lineNanos = now;
      count = tally.sinceLine;
      tally.sinceLine = 0;
    }
    log.warn("{}: {} {}, the latest: {}", who, count, kind.what, latest);
  }

  /** How many there were since the start. */
  long total(Kind kind) {
    Tally tally = tallies.get(kind);
    if (tally == null) {
      return 0;
    }
    synchronized (tally) {
      return tally.total;
    }
  }
}
