package io.understudy.samples.node;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads JSON strictly; whole numbers become {@link Long}, others {@link Double}. */
public final class JsonReader {
  private final String text;
  private int at;

  private JsonReader(String text) {
    this.text = text;
  }

  public static @Nullable Object read(String text) {
    JsonReader reader = new JsonReader(text);
    @Nullable Object value = reader.value();
    reader.skipSpace();
    if (reader.at < text.length()) {
      throw reader.fault("nothing more");
    }
    return value;
  }

  @SuppressWarnings("unchecked") // value() makes objects with text as names
  public static Map<String, @Nullable Object> readObject(String text) {
    if (read(text) instanceof Map<?, ?> object) {
      return (Map<String, @Nullable Object>) object;
    }
    throw new IllegalArgumentException("no JSON object: " + text);
  }

  private @Nullable Object value() {
    skipSpace();
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      default -> word();
    };
  }

  private Map<String, @Nullable Object> object() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    take('{');
    while (more(fields.isEmpty(), '}')) {
      skipSpace();
      String name = string();
      skipSpace();
      take(':');
      fields.put(name, value());
    }
    return fields;
  }

  private List<@Nullable Object> array() {
    List<@Nullable Object> elements = new ArrayList<>();
    take('[');
    while (more(elements.isEmpty(), ']')) {
      elements.add(value());
    }
    return elements;
  }

  private boolean more(boolean first, char end) {
    skipSpace();
    if (peek() == end) {
      at++;
      return false;
    }
    if (!first) {
      take(',');
    }
    return true;
  }

  private String string() {
    StringBuilder value = new StringBuilder();
    take('"');
    while (peek() != '"') {
      char c = text.charAt(at++);
      if (c < ' ') {
        throw fault("no control character");
      }
      value.append(c == '\\' ? escaped() : c);
    }
    at++;
    return value.toString();
  }

  private char escaped() {
    char c = peek();
    at++;
    return switch (c) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case '"', '\\', '/' -> c;
      case 'u' -> (char) Integer.parseInt(text.substring(at, at += 4), 16);
      default -> throw fault("an escape");
    };
  }

  private @Nullable Object word() {
    int start = at;
    while (at < text.length() && isWordPart(text.charAt(at))) {
      at++;
    }
    String word = text.substring(start, at);
    return switch (word) {
      case "null" -> null;
      case "true" -> true;
      case "false" -> false;
      default -> number(word);
    };
  }

  private static boolean isWordPart(char c) {
    return Character.isLetterOrDigit(c) || "+-.".indexOf(c) >= 0;
  }

  private Object number(String word) {
    if (!word.matches("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
      throw fault("a value");
    }
    return word.matches("-?[0-9]+") ? (Object) Long.valueOf(word) : Double.valueOf(word);
  }

  private char peek() {
    if (at >= text.length()) {
      throw fault("more");
    }
    return text.charAt(at);
  }

  private void take(char wanted) {
    if (peek() != wanted) {
      throw fault("'" + wanted + "'");
    }
    at++;
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private IllegalArgumentException fault(String wanted) {
    return new IllegalArgumentException(wanted + " wanted at character " + at + " of " + text);
  }
}
