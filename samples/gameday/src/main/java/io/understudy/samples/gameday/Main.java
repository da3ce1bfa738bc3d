package io.understudy.samples.gameday;

import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabasePairException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The game day's command. */
public final class Main {
  private static final int STATUS_BAD = 1;
  private static final int STATUS_NOT_HELD = 2;
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  private final Arguments arguments;
  private final Path directory;

  private Main(Arguments arguments, Path directory) {
    this.arguments = arguments;
    this.directory = directory;
  }

  /**
   * Holds a game day; see {@code --help}.
   *
   * @param words the command line
   */
  public static void main(String[] words) {
    System.exit(status(List.of(words)));
  }

  private static int status(List<String> words) {
    Arguments arguments;
    try {
      arguments = Arguments.parse(words);
    } catch (GameDayException e) {
      System.err.println("game day: " + e.getMessage());
      return STATUS_NOT_HELD;
    }
    if (arguments.help()) {
      System.out.print(Arguments.USAGE);
      return 0;
    }
    try {
      prepareReport(arguments);
      Path home = Path.of(System.getProperty("gameday.directory", "target/gameday"));
      Path directory =
          home.toAbsolutePath().resolve(ZonedDateTime.now(ZoneId.systemDefault()).format(STAMP));
      Files.createDirectories(directory);
      System.setProperty("gameday.log", directory.resolve("gameday.log").toString());
      return new Main(arguments, directory).hold();
    } catch (IOException e) {
      System.err.println("game day: a file cannot be written: " + e);
      return STATUS_NOT_HELD;
    }
  }

  /** An old report must not pass for a new one, nor a place be found missing after the work. */
  private static void prepareReport(Arguments arguments) throws IOException {
    if (arguments.report().isPresent()) {
      Path file = arguments.report().get();
      Files.deleteIfExists(file);
      Files.createDirectories(file.getParent());
    }
  }

  private int hold() throws IOException {
    System.out.println(
        "Game day: two masters of %s, three applications, one client."
            .formatted(Databases.productOf(arguments.flavor())));
    System.out.println("Logs: " + shown(directory));
    Timeline timeline = new Timeline(System.out);
    Stage stage = new Stage(directory, timeline);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> interrupt(stage), "interrupt"));
    String error;
    try (stage) {
      requireSupport();
      Report report = new GameDay(arguments.flavor(), stage, timeline).hold();
      write(report.json());
      tell(report);
      return report.isOk() ? 0 : STATUS_BAD;
    } catch (GameDayException | DatabasePairException | UnsupportedOperationException e) {
      error = String.valueOf(e.getMessage());
      LoggerFactory.getLogger(Main.class).error("the game day could not be held", e);
      if (stage.isInterrupted()) {
        return STATUS_NOT_HELD; // what fails now fails because its servers are ended
      }
    }
    System.err.println("game day: " + error);
    System.err.println("Logs: " + shown(directory));
    write(Report.failed(error));
    return STATUS_NOT_HELD;
  }

  private static void requireSupport() {
    DatabasePair.unsupportedReason()
        .ifPresent(
            reason -> {
              throw new UnsupportedOperationException(reason);
            });
  }

  /** Runs when the JVM ends, for whatever reason; after an orderly end there is nothing to do. */
  private static void interrupt(Stage stage) {
    if (stage.interrupt()) {
      System.err.println();
      System.err.println("game day: interrupted; all that was started is ended");
    }
  }

  private void tell(Report report) {
    Summary summary = new Summary(report);
    System.out.println();
    System.out.print(summary.table());
    System.out.println();
    System.out.println(summary.words());
    System.out.printf("Took %.0f s. Logs: %s%n", report.seconds(), shown(directory));
  }

  private void write(String json) throws IOException {
    if (arguments.report().isPresent()) {
      Files.writeString(arguments.report().get(), json);
    }
  }

  /** As short as possible, for a terminal. */
  private static Path shown(Path path) {
    Path here = Path.of("").toAbsolutePath();
    return path.startsWith(here) ? here.relativize(path) : path;
  }
}
