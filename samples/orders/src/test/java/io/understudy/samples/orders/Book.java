package io.understudy.samples.orders;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The ledgers of all members, read as they grow. Used by one thread. */
final class Book {
  private final Map<Path, Long> offsets = new TreeMap<>();
  private final List<LedgerLine> lines = new ArrayList<>();

  Book(List<Path> ledgers) {
    ledgers.forEach(it -> offsets.put(it, 0L));
  }

  /** Everything noted so far, a member's lines in order. */
  List<LedgerLine> all() {
    offsets.replaceAll(this::read);
    return lines;
  }

  private long read(Path ledger, long from) {
    if (!Files.exists(ledger)) {
      return from;
    }
    try (RandomAccessFile file = new RandomAccessFile(ledger.toFile(), "r")) {
      byte[] bytes = new byte[Math.toIntExact(file.length() - from)];
      file.seek(from);
      file.readFully(bytes);
      String text = new String(bytes, StandardCharsets.UTF_8);
      int end = text.lastIndexOf('\n') + 1;
      text.substring(0, end).lines().map(LedgerLine::parse).forEach(lines::add);
      return from + end;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<LedgerLine> since(long fromNanos) {
    return all().stream().filter(it -> it.monoNanos() - fromNanos > 0).toList();
  }

  List<LedgerLine> stored() {
    return all().stream().filter(it -> it.outcome().isStored()).toList();
  }

  /** The first acknowledgement after a time that fits. */
  Optional<LedgerLine> firstStored(long fromNanos, Predicate<LedgerLine> wanted) {
    return since(fromNanos).stream()
        .filter(it -> it.outcome().isStored())
        .filter(wanted)
        .min(Comparator.comparingLong(LedgerLine::monoNanos));
  }

  /** The longest time without any acknowledgement that touches an interval. */
  Duration longestPause(long fromNanos, long toNanos) {
    List<Long> times = stored().stream().map(LedgerLine::monoNanos).sorted().toList();
    long longest = 0;
    for (int i = 1; i < times.size(); i++) {
      boolean within = times.get(i) - fromNanos >= 0 && toNanos - times.get(i - 1) >= 0;
      longest = within ? Math.max(longest, times.get(i) - times.get(i - 1)) : longest;
    }
    return Duration.ofNanos(longest);
  }

  /** How often each outcome was noted, with its SQLState. */
  Map<String, Long> outcomes() {
    return all().stream()
        .collect(
            Collectors.groupingBy(
                it -> it.outcome() + " " + it.sqlState(), TreeMap::new, Collectors.counting()));
  }

  /** The attempts that a caller saw fail. */
  List<LedgerLine> failuresSince(long fromNanos) {
    return since(fromNanos).stream().filter(it -> !it.outcome().isStored()).toList();
  }
}
