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

  /**
   * What a server has. Of its own transactions only the binary log tells: if the server comes back
   * with older data, another one sends them to it, it skips them because they are its own, and
   * counts them as applied (seen on 10.11.5). A log without any own transaction tells nothing: the
   * data then came from elsewhere, together with their position.
   *
   * @param written its gtid_binlog_state
   * @param applied its gtid_slave_pos
   * @param own its {@code domain-server}
   */
  static MariaDbPosition ofServer(String written, String applied, String own) {
    Map<String, Long> highest = new TreeMap<>(parse(written, applied).highest());
    Long last = parse(written).highest().get(own);
    if (last != null) {
      highest.put(own, last);
    }
    return new MariaDbPosition(highest);
  }

  /** How many transactions of the other position are missing in this one. */
  long lacking(MariaDbPosition other) {
    return other.highest.entrySet().stream()
        .mapToLong(it -> Math.max(0, it.getValue() - highest.getOrDefault(it.getKey(), 0L)))
        .sum();
  }

  /** The ranges of the other position that are missing in this one: {@code 1-1-[101..105]}. */
  String missing(MariaDbPosition other) {
    StringJoiner text = new StringJoiner(",");
    for (Map.Entry<String, Long> entry : new TreeMap<>(other.highest).entrySet()) {
      long last = entry.getValue();
      long first = highest.getOrDefault(entry.getKey(), 0L) + 1;
      if (first == last) {
        text.add(entry.getKey() + "-" + last);
      } else if (first < last) {
        text.add(entry.getKey() + "-[" + first + ".." + last + "]");
      }
    }
    return text.toString();
  }

  /** The part that one server wrote in one domain, given as {@code domain-server}. */
  MariaDbPosition of(String source) {
    Long last = highest.get(source);
    return new MariaDbPosition(last == null ? Map.of() : Map.of(source, last));
  }

  /** The part of one domain. */
  MariaDbPosition ofDomain(String domain) {
    Map<String, Long> part = new TreeMap<>(highest);
    part.keySet().removeIf(source -> !source.startsWith(domain + "-"));
    return new MariaDbPosition(part);
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
