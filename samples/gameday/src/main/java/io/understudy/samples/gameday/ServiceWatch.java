package io.understudy.samples.gameday;

import io.understudy.samples.gameday.Attempt.Outcome;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Tells the story of the client's requests: the first failure of each kind, and what follows. */
final class ServiceWatch {
  private static final long WORTH_TELLING_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final String CLIENT = "client";

  private final Timeline timeline;
  private final Map<Outcome, Integer> failures = new EnumMap<>(Outcome.class);
  private long lastNanos;
  private boolean begun;
  private long lastOrigin;
  private int failedSince;

  ServiceWatch(Timeline timeline) {
    this.timeline = timeline;
  }

  /** Failures are news again. */
  synchronized void newDay() {
    failures.clear();
  }

  synchronized void accept(Attempt attempt) {
    if (attempt.isAcknowledged()) {
      acknowledged(attempt);
      return;
    }
    failedSince++;
    if (failures.merge(attempt.outcome(), 1, Integer::sum) == 1) {
      timeline.say(CLIENT, attempt.app() + " " + attempt.outcome().words());
    }
  }

  private void acknowledged(Attempt attempt) {
    long gapNanos = attempt.doneNanos() - lastNanos;
    long origin = Databases.originOf(attempt.id());
    boolean moved = begun && origin != lastOrigin;
    if (begun && gapNanos > WORTH_TELLING_NANOS) {
      timeline.say(
          CLIENT,
          "orders are answered again, after %.2f s and %d failed requests: %s, id %d of %s"
              .formatted(
                  gapNanos / 1e9,
                  failedSince,
                  attempt.app(),
                  attempt.id(),
                  Databases.nameOf(attempt.id())));
    } else if (moved) {
      timeline.say(
          CLIENT, "first id of %s: %d".formatted(Databases.nameOf(attempt.id()), attempt.id()));
    }
    begun = true;
    failedSince = 0;
    lastNanos = attempt.doneNanos();
    lastOrigin = origin;
  }
}
