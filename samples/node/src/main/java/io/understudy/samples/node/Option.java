package io.understudy.samples.node;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The program's options, and how a command line is cut into them. */
enum Option {
  CLUSTER("--cluster", Kind.REQUIRED),
  NAME("--name", Kind.REQUIRED),
  ROSTER("--roster", Kind.REQUIRED),
  BIND("--bind", Kind.REQUIRED),
  PEERS("--peers", Kind.REQUIRED),
  STATE("--state", Kind.REQUIRED),
  SECRET_FILE("--secret-file", Kind.REQUIRED),
  ROLE("--role", Kind.REPEATABLE),
  LEASE("--lease", Kind.SINGLE),
  RHO("--rho", Kind.SINGLE),
  HTTP("--http", Kind.SINGLE),
  CLAIMS("--claims", Kind.SINGLE),
  WITNESS("--witness", Kind.FLAG),
  WITNESS_JDBC("--witness-jdbc", Kind.SINGLE),
  WITNESS_USER("--witness-user", Kind.SINGLE),
  WITNESS_PASSWORD_FILE("--witness-password-file", Kind.SINGLE),
  WITNESS_MEMBER("--witness-member", Kind.SINGLE),
  NO_CRASH_PROOF("--no-crash-proof", Kind.FLAG),
  PREFER("--prefer", Kind.REPEATABLE),
  FAILBACK("--failback", Kind.SINGLE),
  WITH("--with", Kind.REPEATABLE),
  NOT_WITH("--not-with", Kind.REPEATABLE),
  SPREAD("--spread", Kind.FLAG),
  CONNECTIVITY("--connectivity", Kind.REPEATABLE),
  NO_CONNECTIVITY("--no-connectivity", Kind.SINGLE),
  DAMPENING("--dampening", Kind.SINGLE),
  EXCLUSION("--exclusion", Kind.SINGLE),
  REQUIRE_FENCE("--require-fence", Kind.FLAG),
  FENCE("--fence", Kind.REPEATABLE),
  FENCE_COMMAND("--fence-command", Kind.SINGLE),
  FENCE_SCOPE("--fence-scope", Kind.SINGLE),
  FENCE_LIMIT("--fence-limit", Kind.SINGLE),
  RESOURCE("--resource", Kind.REPEATABLE),
  CHECK_INTERVAL("--check-interval", Kind.SINGLE),
  START_TIMEOUT("--start-timeout", Kind.SINGLE),
  STOP_TIMEOUT("--stop-timeout", Kind.SINGLE),
  RESTART_LIMIT("--restart-limit", Kind.SINGLE),
  FAILURE_TIMEOUT("--failure-timeout", Kind.SINGLE),
  GUARDIAN("--guardian", Kind.FLAG),
  WATCHDOG("--watchdog", Kind.SINGLE);

  /** How often an option may stand on the command line, and whether a value follows. */
  enum Kind {
    REQUIRED,
    SINGLE,
    REPEATABLE,
    FLAG
  }

  private final String text;
  private final Kind kind;

  Option(String text, Kind kind) {
    this.text = text;
    this.kind = kind;
  }

  @Override
  public String toString() {
    return text;
  }

  /**
   * Cuts a command line.
   *
   * @return the values of each option that is present; a flag has the value {@code true}
   */
  static Map<Option, List<String>> split(List<String> words) throws ArgumentException {
    Map<Option, List<String>> values = new EnumMap<>(Option.class);
    for (int i = 0; i < words.size(); i++) {
      Option option = of(words.get(i));
      List<String> given = values.computeIfAbsent(option, any -> new ArrayList<>());
      if (!given.isEmpty() && option.kind != Kind.REPEATABLE) {
        throw new ArgumentException(option + " is given twice; give it once");
      }
      given.add(option.kind == Kind.FLAG ? "true" : value(option, words, ++i));
    }
    requireAll(values);
    return values;
  }

  private static Option of(String word) throws ArgumentException {
    for (Option option : values()) {
      if (option.text.equals(word)) {
        return option;
      }
    }
    throw new ArgumentException(
        word.startsWith("-")
            ? "unknown option " + word + "; --help lists the options"
            : "'" + word + "' belongs to no option; --help lists the options");
  }

  private static String value(Option option, List<String> words, int index)
      throws ArgumentException {
    String value = index < words.size() ? words.get(index) : "";
    if (value.isBlank() || value.startsWith("--")) {
      throw new ArgumentException(option + " has no value; give one after it");
    }
    return value;
  }

  private static void requireAll(Map<Option, List<String>> values) throws ArgumentException {
    List<Option> missing =
        Arrays.stream(values())
            .filter(option -> option.kind == Kind.REQUIRED && !values.containsKey(option))
            .toList();
    if (!missing.isEmpty()) {
      String names = String.join(", ", missing.stream().map(Option::toString).toList());
      throw new ArgumentException(
          names + (missing.size() == 1 ? " is" : " are") + " missing; --help shows an example");
    }
  }
}
