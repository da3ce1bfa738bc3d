package io.understudy.samples.node;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The words of a command line, which each part of a program takes its own options out of. */
public final class CommandLine {
  private final List<String> words;

  /**
   * Takes a command line.
   *
   * @param words its words
   */
  public CommandLine(List<String> words) {
    this.words = new ArrayList<>(words);
  }

  /** How often an option may stand on the command line, and whether a value follows. */
  public enum Kind {
    /** Once, with a value. */
    REQUIRED,
    /** Once or not at all, with a value. */
    SINGLE,
    /** Any number of times, with a value each time. */
    REPEATABLE,
    /** Once or not at all, without a value. */
    FLAG
  }

  /** An option; its text is what {@code toString} gives. */
  public interface Name {
    /**
     * How it is used.
     *
     * @return the kind
     */
    Kind kind();
  }

  /**
   * Whether a word is still there.
   *
   * @param word for instance {@code --witness}
   * @return true if nobody has taken it
   */
  public boolean has(String word) {
    return words.contains(word);
  }

  /**
   * Takes the options of one type out of the words.
   *
   * @param <E> the type
   * @param type their names
   * @return the values of each option that is present; a flag has the value {@code true}
   * @throws ArgumentException if one is given too often, or lacks its value
   */
  public <E extends Enum<E> & Name> Map<E, List<String>> take(Class<E> type)
      throws ArgumentException {
    Map<E, List<String>> values = new EnumMap<>(type);
    List<String> left = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      E option = find(type, words.get(i));
      if (option == null) {
        left.add(words.get(i));
        continue;
      }
      List<String> given = values.computeIfAbsent(option, any -> new ArrayList<>());
      if (!given.isEmpty() && option.kind() != Kind.REPEATABLE) {
        throw new ArgumentException(option + " is given twice; give it once");
      }
      given.add(option.kind() == Kind.FLAG ? "true" : value(option, ++i));
    }
    words.clear();
    words.addAll(left);
    return values;
  }

  private static <E extends Enum<E>> @Nullable E find(Class<E> type, String word) {
    for (E option : type.getEnumConstants()) {
      if (option.toString().equals(word)) {
        return option;
      }
    }
    return null;
  }

  private String value(Name option, int index) throws ArgumentException {
    String value = index < words.size() ? words.get(index) : "";
    if (value.isBlank() || value.startsWith("--")) {
      throw new ArgumentException(option + " has no value; give one after it");
    }
    return value;
  }

  /**
   * Every required option must have been there.
   *
   * @param <E> the type
   * @param type their names
   * @param values what was taken
   * @throws ArgumentException that names all that are missing
   */
  public static <E extends Enum<E> & Name> void requireAll(
      Class<E> type, Map<E, List<String>> values) throws ArgumentException {
    List<E> missing =
        Arrays.stream(type.getEnumConstants())
            .filter(option -> option.kind() == Kind.REQUIRED && !values.containsKey(option))
            .toList();
    if (!missing.isEmpty()) {
      String names = String.join(", ", missing.stream().map(E::toString).toList());
      throw new ArgumentException(
          names + (missing.size() == 1 ? " is" : " are") + " missing; --help shows an example");
    }
  }

  /**
   * Every word must have been taken.
   *
   * @throws ArgumentException that names the first one left
   */
  void requireEmpty() throws ArgumentException {
    if (!words.isEmpty()) {
      String word = words.get(0);
      throw new ArgumentException(
          word.startsWith("-")
              ? "unknown option " + word + "; --help lists the options"
              : "'" + word + "' belongs to no option; --help lists the options");
    }
  }
}
