package io.understudy.samples.orders;

import io.understudy.samples.node.ArgumentException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes attempts in a file, each with one write call, so that what is noted survives the process.
 * Threadsafe.
 */
final class Ledger implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Ledger.class);

  private final OutputStream file;
  private final Map<Integer, Long> highest;
  private boolean failed; // guarded by this

  private Ledger(OutputStream file, Map<Integer, Long> highest) {
    this.file = file;
    this.highest = Map.copyOf(highest);
  }

  /** Opens a member's file for appending; without a file nothing is noted. */
  static Ledger open(Optional<Path> path) throws ArgumentException {
    if (path.isEmpty()) {
      return new Ledger(OutputStream.nullOutputStream(), Map.of());
    }
    Path file = path.get();
    try {
      Map<Integer, Long> highest = Files.exists(file) ? highest(file) : Map.of();
      return new Ledger(new FileOutputStream(file.toFile(), true), highest);
    } catch (IOException | IllegalArgumentException e) {
      throw new ArgumentException(
          "%s %s cannot be used (%s); give a writable file that is new or a ledger of this member"
              .formatted(OrderOption.LEDGER, file, e.getMessage()));
    }
  }

  private static Map<Integer, Long> highest(Path file) throws IOException {
    Map<Integer, Long> highest = new HashMap<>();
    try (Stream<String> lines = Files.lines(file)) {
      lines
          .map(LedgerLine::parse)
          .forEach(line -> highest.merge(line.client(), line.sequence(), Math::max));
    }
    return highest;
  }

  /**
   * The first number that a client may use: an attempt that was under way when the process died has
   * the one before, and may be stored.
   */
  long firstSequence(int client) {
    Long last = highest.get(client);
    return last == null ? 1 : last + 2;
  }

  void add(LedgerLine line) {
    byte[] bytes = (line.text() + "\n").getBytes(StandardCharsets.UTF_8);
    synchronized (this) {
      try {
        file.write(bytes);
      } catch (IOException e) {
        if (!failed) {
          log.error("the ledger cannot be written: attempts are missing from it", e);
        }
        failed = true;
      }
    }
  }

  @Override
  public synchronized void close() {
    try {
      file.close();
    } catch (IOException e) {
      log.warn("closing the ledger failed", e);
    }
  }
}
