package io.understudy.samples.node;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line that a node printed.
 *
 * @param fields everything in it
 */
public record Event(Map<String, @Nullable Object> fields) {
  public static Event parse(String line) {
    Event event = new Event(JsonReader.readObject(line));
    for (String field : List.of("mono", "wall", "node", "event")) {
      if (event.fields.get(field) == null) {
        throw new IllegalArgumentException("field " + field + " is missing from " + line);
      }
    }
    return event;
  }

  public boolean is(String name) {
    return name.equals(text("event"));
  }

  /** Whether it is about a role: elected, revoked or leader of the role main. */
  public boolean isOfMain(String name) {
    return is(name) && "main".equals(text("role"));
  }

  public String text(String field) {
    return String.valueOf(fields.get(field));
  }

  public long number(String field) {
    if (fields.get(field) instanceof Long value) {
      return value;
    }
    throw new IllegalArgumentException("field " + field + " is no whole number in " + fields);
  }

  public long monoNanos() {
    return number("mono");
  }
}
