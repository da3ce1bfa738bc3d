package io.understudy.samples.orders;

import io.understudy.samples.node.ArgumentException;
import io.understudy.samples.node.CommandLine;
import io.understudy.samples.node.Values;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the command line says of orders.
 *
 * @param name the data source's name
 * @param masters the masters, in order of preference
 * @param application who inserts
 * @param manager who directs
 * @param clients how many threads insert
 * @param perSecond how many orders all of them make
 * @param ledger where attempts are noted, if anywhere
 * @param probeInterval how often the director probes, if not as usual
 * @param probeTimeout how long it waits, if not as usual
 * @param minimumWriterTime how long a writer stays after a failover, if at all
 * @param tokens the table of commit tokens, if commits in doubt are to be found out about
 * @param epochs the table that names the generation that may write, if transactions look there
 */
record OrderArguments(
    String name,
    List<MasterUrl> masters,
    Login application,
    Login manager,
    int clients,
    int perSecond,
    Optional<Path> ledger,
    Optional<Duration> probeInterval,
    Optional<Duration> probeTimeout,
    Optional<Duration> minimumWriterTime,
    Optional<String> tokens,
    Optional<String> epochs) {
  private static final String TOKENS = ".ha_commits";
  private static final String EPOCHS = ".ha_epoch";
  private static final int DEFAULT_CLIENTS = 4;
  private static final int MOST_CLIENTS = 500;
  private static final int DEFAULT_RATE = 50;
  private static final int HIGHEST_RATE = 100_000;

  /**
   * An account; the password is not printed.
   *
   * @param user the name
   * @param password the password
   */
  record Login(String user, String password) {
    @Override
    public String toString() {
      return user;
    }
  }

  static OrderArguments parse(Map<OrderOption, List<String>> given) throws ArgumentException {
    CommandLine.requireAll(OrderOption.class, given);
    List<MasterUrl> masters = masters(given.getOrDefault(OrderOption.MASTER, List.of()));
    String database = masters.get(0).database();
    return new OrderArguments(
        required(given, OrderOption.DB),
        masters,
        login(given, OrderOption.USER, OrderOption.PASSWORD_FILE),
        login(given, OrderOption.MANAGER_USER, OrderOption.MANAGER_PASSWORD_FILE),
        number(given, OrderOption.CLIENTS, DEFAULT_CLIENTS, 0, MOST_CLIENTS),
        number(given, OrderOption.RATE, DEFAULT_RATE, 1, HIGHEST_RATE),
        ledger(given),
        duration(given, OrderOption.PROBE_INTERVAL),
        duration(given, OrderOption.PROBE_TIMEOUT),
        duration(given, OrderOption.MINIMUM_WRITER_TIME),
        table(given, OrderOption.RESOLVE, database + TOKENS),
        table(given, OrderOption.GUARDED, database + EPOCHS));
  }

  private static Optional<String> table(
      Map<OrderOption, List<String>> given, OrderOption flag, String name) {
    return given.containsKey(flag) ? Optional.of(name) : Optional.empty();
  }

  private static List<MasterUrl> masters(List<String> texts) throws ArgumentException {
    List<MasterUrl> masters = new ArrayList<>();
    for (String text : texts) {
      masters.add(MasterUrl.parse(text));
    }
    if (masters.size() < 2) {
      throw new ArgumentException(
          "%s is given %d times; give it for each of at least two masters"
              .formatted(OrderOption.MASTER, masters.size()));
    }
    return List.copyOf(masters);
  }

  private static Login login(
      Map<OrderOption, List<String>> given, OrderOption user, OrderOption passwordFile)
      throws ArgumentException {
    String file = required(given, passwordFile);
    try {
      return new Login(required(given, user), Files.readString(Path.of(file)).strip());
    } catch (IOException | IllegalArgumentException e) {
      throw new ArgumentException(
          "%s %s cannot be read (%s); give a readable file with the password alone"
              .formatted(passwordFile, file, e));
    }
  }

  private static int number(
      Map<OrderOption, List<String>> given, OrderOption option, int usual, int least, int most)
      throws ArgumentException {
    Optional<String> text = single(given, option);
    if (text.isEmpty()) {
      return usual;
    }
    try {
      int value = Integer.parseInt(text.get());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new ArgumentException(
        "%s is '%s'; give a whole number from %d to %d".formatted(option, text.get(), least, most));
  }

  private static Optional<Path> ledger(Map<OrderOption, List<String>> given)
      throws ArgumentException {
    Optional<String> text = single(given, OrderOption.LEDGER);
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of(Values.path(OrderOption.LEDGER, text.get()));
  }

  private static Optional<Duration> duration(
      Map<OrderOption, List<String>> given, OrderOption option) throws ArgumentException {
    Optional<String> text = single(given, option);
    return text.isEmpty() ? Optional.empty() : Optional.of(Values.duration(option, text.get()));
  }

  private static Optional<String> single(Map<OrderOption, List<String>> given, OrderOption option) {
    return given.getOrDefault(option, List.of()).stream().findFirst();
  }

  private static String required(Map<OrderOption, List<String>> given, OrderOption option) {
    return single(given, option).orElseThrow();
  }
}
