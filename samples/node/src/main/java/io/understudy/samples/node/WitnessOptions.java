package io.understudy.samples.node;

import io.understudy.ha.HaNodeBuilder;
import io.understudy.jdbc.JdbcWitness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The witness in a database, as the command line has it.
 *
 * @param member its name in the roster
 * @param store the database
 */
record WitnessOptions(String member, JdbcWitness store) {
  private static final String WITNESS = ":witness";

  static Optional<WitnessOptions> parse(Map<Option, List<String>> given) throws ArgumentException {
    Optional<String> url = single(given, Option.WITNESS_JDBC);
    if (url.isEmpty()) {
      for (Option option : List.of(Option.WITNESS_USER, Option.WITNESS_PASSWORD_FILE)) {
        if (given.containsKey(option)) {
          throw new ArgumentException(option + " is of no use without " + Option.WITNESS_JDBC);
        }
      }
      return Optional.empty();
    }
    String user = single(given, Option.WITNESS_USER).orElse("");
    try {
      return Optional.of(
          new WitnessOptions(member(given), JdbcWitness.of(url.get(), user, password(given))));
    } catch (IllegalArgumentException e) {
      throw new ArgumentException(Option.WITNESS_JDBC + ": " + e.getMessage());
    }
  }

  private static String member(Map<Option, List<String>> given) throws ArgumentException {
    String roster = single(given, Option.ROSTER).orElse("");
    List<String> witnesses =
        Arrays.stream(roster.split(",", -1))
            .map(String::strip)
            .filter(entry -> entry.endsWith(WITNESS))
            .map(entry -> entry.substring(0, entry.length() - WITNESS.length()))
            .toList();
    Optional<String> named = single(given, Option.WITNESS_MEMBER);
    if (named.isEmpty() && witnesses.size() != 1) {
      throw new ArgumentException(
          Option.WITNESS_JDBC
              + " stands for one witness of the roster, which has "
              + witnesses
              + "; name one with "
              + Option.WITNESS_MEMBER);
    }
    return named.orElseGet(() -> witnesses.get(0));
  }

  private static String password(Map<Option, List<String>> given) throws ArgumentException {
    Optional<String> file = single(given, Option.WITNESS_PASSWORD_FILE);
    if (file.isEmpty()) {
      return "";
    }
    try {
      return Files.readString(Path.of(file.get())).strip();
    } catch (IOException | IllegalArgumentException e) {
      throw new ArgumentException(
          Option.WITNESS_PASSWORD_FILE
              + " "
              + file.get()
              + " cannot be read ("
              + e
              + "); give a readable file with the password alone");
    }
  }

  private static Optional<String> single(Map<Option, List<String>> given, Option option) {
    return given.getOrDefault(option, List.of()).stream().findFirst();
  }

  void applyTo(HaNodeBuilder builder) {
    builder.witnessStore(member, store);
  }
}
