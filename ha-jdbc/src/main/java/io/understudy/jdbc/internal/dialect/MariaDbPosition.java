package io.understudy.jdbc.internal.dialect;

import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * MariaDB's positions: the highest sequence number by domain and server, {@code 1-1-100,2-2-7}.
 * Pure.
 *
 * @param highest sequence numbers by {@code domain-server}
 */
record MariaDbPosition(Map<String, Long> highest) {
  MariaDbPosition {
    highest = Map.copyOf(highest);
  }

  /** Reads lists of positions, keeping the highest number of each domain and server. */
  static MariaDbPosition parse(String... lists) {
    Map<String, Long> highest = new TreeMap<>();
    for (String list : lists) {
      for (String gtid : list.split(",", -1)) {
        int dash = gtid.lastIndexOf('-');
        if (dash > 0) {
          highest.merge(
              gtid.substring(0, dash).strip(), Long.parseLong(gtid.substring(dash + 1)), Math::max);
        }
      }
    }
    return new MariaDbPosition(highest);
  }

  /** How many transactions of the other position are missing in this one. */
  long lacking(MariaDbPosition other) {
    return other.highest.entrySet().stream()
        .mapToLong(it -> Math.max(0, it.getValue() - highest.getOrDefault(it.getKey(), 0L)))
        .sum();
  }

  /**
   * What to wait for on a server: one position for each domain but its own, since the server waits
   * on what it replicated, and its own transactions never are.
   */
  String withoutDomain(String own) {
    Map<String, Map.Entry<String, Long>> byDomain = new TreeMap<>();
    for (Map.Entry<String, Long> entry : highest.entrySet()) {
      String domain = entry.getKey().substring(0, entry.getKey().indexOf('-'));
      if (!domain.equals(own)) {
        byDomain.merge(domain, entry, (a, b) -> a.getValue() >= b.getValue() ? a : b);
      }
    }
    StringJoiner text = new StringJoiner(",");
    byDomain.values().forEach(it -> text.add(it.getKey() + "-" + it.getValue()));
    return text.toString();
  }

  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(",");
    new TreeMap<>(highest).forEach((source, number) -> text.add(source + "-" + number));
    return text.toString();
  }
}
