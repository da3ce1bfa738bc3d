package io.understudy.samples.node;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters of a request. Names that nobody asks for are ignored. */
public final class Query {
  private final Map<String, String> values;

  private Query(Map<String, String> values) {
    this.values = values;
  }

  /** Reads {@code a=1&b=2&c}; a name alone has an empty value. */
  static Query parse(@Nullable String rawQuery) throws Answer.Refusal {
    Map<String, String> values = new HashMap<>();
    for (String part : (rawQuery == null ? "" : rawQuery).split("&", -1)) {
      if (part.isEmpty()) {
        continue;
      }
      int equals = part.indexOf('=');
      String name = decode(equals < 0 ? part : part.substring(0, equals));
      String value = equals < 0 ? "" : decode(part.substring(equals + 1));
      if (values.put(name, value) != null) {
        throw bad("parameter " + name + " is given twice; give it once");
      }
    }
    return new Query(values);
  }

  /**
   * The value of a parameter that must be there and not be empty.
   *
   * @param name the parameter
   * @return its value
   * @throws Answer.Refusal if it is missing
   */
  public String required(String name) throws Answer.Refusal {
    String value = values.getOrDefault(name, "");
    if (value.isBlank()) {
      throw bad("parameter " + name + " is missing; give " + name + "=VALUE");
    }
    return value;
  }

  /** Whether a parameter is there, with a value or without. */
  boolean has(String name) {
    return values.containsKey(name);
  }

  boolean requiredSwitch(String name) throws Answer.Refusal {
    String value = required(name);
    if (!"true".equals(value) && !"false".equals(value)) {
      throw bad("parameter " + name + " is '" + value + "'; give true or false");
    }
    return "true".equals(value);
  }

  static Answer.Refusal bad(String message) {
    return new Answer.Refusal(Answer.of(400, message));
  }

  private static String decode(String text) throws Answer.Refusal {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw bad("the query is no valid percent encoding: " + e.getMessage());
    }
  }
}
