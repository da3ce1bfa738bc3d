package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaEvent;
import io.understudy.ha.internal.runtime.StallDetector.Stall;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells people what stood still. On the watcher's thread, but for the warning. */
final class StallReporter {
  private static final Logger LOG = LoggerFactory.getLogger(StallReporter.class);
  private static final int FRAMES = 8;

  private final String member;
  private final EventBus events;
  private final Supplier<StackTraceElement[]> electionStack;
  private final GarbageTime garbage = new GarbageTime();
  private volatile String warning = "";

  StallReporter(String member, EventBus events, Supplier<StackTraceElement[]> electionStack) {
    this.member = member;
    this.events = events;
    this.electionStack = electionStack;
  }

  /** The hang that goes on now, in a sentence; empty if there is none. */
  String warning() {
    return warning;
  }

  void report(Stall stall) {
    String detail = detail(stall);
    warning = stall.electionOnly() && !stall.over() ? "the election thread hangs: " + detail : "";
    HaEvent.Stalled.Scope scope =
        stall.electionOnly() ? HaEvent.Stalled.Scope.ELECTION : HaEvent.Stalled.Scope.PROCESS;
    Duration length = Duration.ofNanos(stall.lengthNanos());
    events.publish(new HaEvent.Stalled(Instant.now(), scope, length, stall.over(), detail));
    log(stall, detail);
  }

  private String detail(Stall stall) {
    return stall.electionOnly()
        ? stall.doing().what()
        : "garbage collection took " + garbage.sinceLastMillis() + " ms of it";
  }

  private void log(Stall stall, String detail) {
    long millis = TimeUnit.NANOSECONDS.toMillis(stall.lengthNanos());
    if (!stall.electionOnly()) {
      LOG.warn("{} - this process stood still for {} ms; {}", member, millis, detail);
    } else if (stall.over()) {
      LOG.warn("{} - the election thread goes on after {} ms", member, millis);
    } else {
      String where =
          Arrays.stream(electionStack.get())
              .limit(FRAMES)
              .map(StackTraceElement::toString)
              .collect(Collectors.joining(" < "));
      LOG.warn(
          "{} - the election thread hangs for {} ms so far, {}, at {}",
          member,
          millis,
          detail,
          where);
    }
  }
}
