package io.understudy.ha.internal.runtime;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * How much of the time since it was asked last this JVM's garbage collectors held everything up, by
 * their own account.
 */
final class GarbageTime {
  private final List<GarbageCollectorMXBean> collectors =
      ManagementFactory.getGarbageCollectorMXBeans().stream().filter(GarbageTime::stops).toList();
  private long knownMillis = total();

  /** Concurrent collectors count whole cycles too, in which the application runs. */
  private static boolean stops(GarbageCollectorMXBean collector) {
    return !collector.getName().contains("Cycles") && !collector.getName().contains("Concurrent");
  }

  private long total() {
    return collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionTime).sum();
  }

  long sinceLastMillis() {
    long total = total();
    long since = total - knownMillis;
    knownMillis = total;
    return since;
  }
}
