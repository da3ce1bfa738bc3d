package io.understudy.samples.node;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes events as JSON, one object a line, each with one write call and flushed. Threadsafe;
 * {@code mono} never falls from line to line.
 */
public final class JsonLines {
  private final OutputStream out;
  private final String node;

  JsonLines(OutputStream out, String node) {
    this.out = out;
    this.node = node;
  }

  /**
   * Writes one line: clock readings, node and event, then the given fields. A reader that went away
   * is no reason to stop a member, so failures are ignored.
   *
   * @param event the event's name
   * @param namesAndValues a name, its value, the next name and so on
   */
  public synchronized void write(String event, @Nullable Object... namesAndValues) {
    Map<String, @Nullable Object> line =
        Json.object(
            "mono",
            System.nanoTime(),
            "wall",
            Instant.now().truncatedTo(ChronoUnit.MICROS),
            "node",
            node,
            "event",
            event);
    line.putAll(Json.object(namesAndValues));
    try {
      out.write((Json.write(line) + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException ignored) {
      // Nobody reads any more; the log still tells what happens.
    }
  }
}
