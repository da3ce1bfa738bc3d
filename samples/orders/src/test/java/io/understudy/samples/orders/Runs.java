package io.understudy.samples.orders;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How long the long runs are, and how they say what they measured. */
final class Runs {
  private static final Logger log = LoggerFactory.getLogger(Runs.class);

  private Runs() {}

  /**
   * A count that a property of the test JVM changes: {@code -Dorders.switchovers=100}.
   *
   * @param usual a tenth of the full count
   */
  static int count(String what, int usual) {
    return Integer.getInteger("orders." + what, usual);
  }

  /** Median, 95th percentile and worst. */
  static String times(List<Duration> times) {
    List<Long> sorted = times.stream().map(Duration::toMillis).sorted().toList();
    return String.format(
        Locale.ROOT,
        "median %d ms, p95 %d ms, worst %d ms of %d",
        at(sorted, 0.5),
        at(sorted, 0.95),
        at(sorted, 1),
        sorted.size());
  }

  private static long at(List<Long> sorted, double share) {
    return sorted.get(Math.max(0, (int) Math.ceil(sorted.size() * share) - 1));
  }

  static void measured(String format, Object... values) {
    log.info("measured: " + format, values);
  }
}
