package io.understudy.samples.node;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON: maps, lists, text, numbers, booleans and null; anything else as its text. */
public final class Json {
  private Json() {}

  /**
   * An object, its fields in the given order.
   *
   * @param namesAndValues a name, its value, the next name and so on
   * @return the object
   */
  public static Map<String, @Nullable Object> object(@Nullable Object... namesAndValues) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
    }
    return fields;
  }

  /**
   * Writes it down.
   *
   * @param value the value
   * @return one line
   */
  public static String write(@Nullable Object value) {
    StringBuilder text = new StringBuilder();
    append(text, value);
    return text.toString();
  }

  private static void append(StringBuilder text, @Nullable Object value) {
    if (value instanceof Map<?, ?> fields) {
      appendObject(text, fields);
    } else if (value instanceof Iterable<?> elements) {
      appendArray(text, elements);
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      text.append(value);
    } else {
      appendText(text, value.toString());
    }
  }

  private static void appendObject(StringBuilder text, Map<?, ?> fields) {
    String separator = "{";
    for (Map.Entry<?, ?> field : fields.entrySet()) {
      text.append(separator);
      appendText(text, String.valueOf(field.getKey()));
      text.append(':');
      append(text, field.getValue());
      separator = ",";
    }
    text.append(fields.isEmpty() ? "{}" : "}");
  }

  private static void appendArray(StringBuilder text, Iterable<?> elements) {
    text.append('[');
    String separator = "";
    for (Object element : elements) {
      text.append(separator);
      append(text, element);
      separator = ",";
    }
    text.append(']');
  }

  private static void appendText(StringBuilder text, String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"', '\\' -> text.append('\\').append(c);
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default ->
            text.append(
                isPlain(c) ? String.valueOf(c) : String.format(Locale.ROOT, "\\u%04x", (int) c));
      }
    }
    text.append('"');
  }

  /** Control characters must be escaped, surrogates may stand alone and then have no UTF-8 form. */
  private static boolean isPlain(char c) {
    return c >= ' ' && !Character.isSurrogate(c);
  }
}
