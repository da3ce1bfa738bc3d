package io.understudy.samples.gameday;

import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The command line.
 *
 * @param help whether only the usage is wanted
 * @param flavor which database
 * @param report where the report goes, if it is wanted
 */
record Arguments(boolean help, Flavor flavor, Optional<Path> report) {
  static final String USAGE =
      """
      usage: samples/gameday/run [--db mysql|mariadb] [--report FILE.json]

      Starts two database servers that replicate to each other, three applications and a client
      that places orders. Then kills the leading application, kills the writing database, and
      freezes the leader for three leases. Prints what happens, and what it cost. Takes about a
      minute, besides a first build; needs Linux on x86_64 and Java 17 or later.

        --db mysql|mariadb    which servers (default mysql)
        --report FILE.json    write the result there, too
        --help                print this

      Exit status: 0 all well; 1 two leaders or duplicate ids; 2 the game day could not be held.
      """;

  /**
   * Reads the command line.
   *
   * @throws GameDayException if it has another form
   */
  static Arguments parse(List<String> words) {
    Deque<String> left = new ArrayDeque<>(words);
    boolean help = false;
    Flavor flavor = Flavor.MYSQL;
    Optional<Path> report = Optional.empty();
    while (!left.isEmpty()) {
      String word = left.pop();
      switch (word) {
        case "--help", "-h" -> help = true;
        case "--db" -> flavor = flavor(value(word, left));
        case "--report" -> report = Optional.of(Path.of(value(word, left)).toAbsolutePath());
        default -> throw new GameDayException("'" + word + "' is no option; see --help");
      }
    }
    return new Arguments(help, flavor, report);
  }

  private static String value(String option, Deque<String> left) {
    if (left.isEmpty()) {
      throw new GameDayException(option + " wants a value; see --help");
    }
    return left.pop();
  }

  private static Flavor flavor(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "mysql" -> Flavor.MYSQL;
      case "mariadb" -> Flavor.MARIADB;
      default -> throw new GameDayException("--db is '" + name + "'; mysql or mariadb is wanted");
    };
  }
}
