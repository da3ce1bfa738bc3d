package io.understudy.ha.internal.guardian;

import java.io.File;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Stops what is left of one role's group, on a thread of its own: in reverse order, what fails
 * again and again, until all have stopped or the time is over. One that does not stop does not keep
 * the others from being tried, and what is left of the time is shared among those not yet tried in
 * this round: of what cannot all be stopped as much as possible is.
 */
final class GroupStop implements Runnable {
  private static final long PAUSE_MILLIS = 100;

  private final Duty duty;
  private final File directory;
  private final Report report;
  private final long beganNanos;
  private final long untilNanos;
  private final List<StopOrder> left;
  private final Map<String, Integer> attempts = new LinkedHashMap<>();
  private final Map<String, String> failures = new LinkedHashMap<>();

  GroupStop(Duty duty, File directory, Report report, long beganNanos) {
    this.duty = duty;
    this.directory = directory;
    this.report = report;
    this.beganNanos = beganNanos;
    this.untilNanos = beganNanos + duty.stopLimitNanos();
    this.left = new ArrayList<>(duty.orders());
    Collections.reverse(left);
  }

  @Override
  public void run() {
    try {
      while (!round() && pause()) {}
    } finally {
      tellLeft();
    }
  }

  /** Tries each once; whether all have stopped. */
  private boolean round() {
    List<StopOrder> toTry = new ArrayList<>(left);
    for (int i = 0; i < toTry.size(); i++) {
      long now = System.nanoTime();
      if (untilNanos - now <= 0) {
        break;
      }
      tryOne(toTry.get(i), now, (untilNanos - now) / (toTry.size() - i));
    }
    return left.isEmpty();
  }

  private void tryOne(StopOrder order, long nowNanos, long limitNanos) {
    attempts.put(order.name(), attempts.getOrDefault(order.name(), 0) + 1);
    String failure = StopRun.of(order, directory, limitNanos);
    if (failure.isEmpty()) {
      left.remove(order);
      report.say(
          name(order),
          " stopped at attempt ",
          String.valueOf(attempts.get(order.name())),
          ", begun ",
          Report.millis(nowNanos - beganNanos),
          " after the end of the process, took ",
          Report.millis(System.nanoTime() - nowNanos));
    } else {
      failures.put(order.name(), failure);
    }
  }

  private String name(StopOrder order) {
    return String.join("", "role ", duty.role(), ": ", order.name());
  }

  private boolean pause() {
    if (untilNanos - System.nanoTime() <= TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS)) {
      return false;
    }
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e); // nobody does that
    }
  }

  private void tellLeft() {
    for (StopOrder order : left) {
      report.fail(
          name(order),
          " NOT STOPPED in ",
          Report.millis(duty.stopLimitNanos()),
          ": the last of ",
          String.valueOf(attempts.getOrDefault(order.name(), 0)),
          " attempts ",
          failures.getOrDefault(order.name(), "was not made"));
    }
  }
}
