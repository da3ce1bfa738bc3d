package io.understudy.ha.spi;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What must not be told, even if the other side repeats it. */
final class Secrets {
  private static final String HIDDEN = "***";

  private Secrets() {}

  /** Whether a value of that name is a secret. */
  static boolean isSecret(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.contains("pass") || lower.contains("secret") || lower.contains("token");
  }

  /** The text without the values; longer ones first, because one may contain another. */
  static String hide(String text, Collection<String> values) {
    List<String> longestFirst = new ArrayList<>(values);
    longestFirst.sort(Comparator.comparingInt(String::length).reversed());
    String hidden = text;
    for (String value : longestFirst) {
      hidden = value.isEmpty() ? hidden : hidden.replace(value, HIDDEN);
    }
    return hidden;
  }
}
