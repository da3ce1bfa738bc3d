package io.understudy.ha;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/**
 * A folder of readable cases, a file each, in the manner of Pacemaker's scheduler tests: what was
 * decided once is decided for ever, or somebody has to look at the difference.
 *
 * <pre>
 * # What the case is about.
 * resources a b          a head, which sets the case up
 *
 * 0s led 1               a time, and what happens then
 *   > start a            what is decided, in order; nothing may be missing
 * </pre>
 *
 * <p>To add a case, write its comment, head and happenings. With {@code -D<folder>.write=true} the
 * files in the source tree are written anew with what is decided now: read the difference before
 * you commit it.
 */
public final class Corpus {
  private static final long SECOND = 1_000_000_000L;

  private final String folder;
  private final boolean writes;

  /**
   * A folder of the test resources.
   *
   * @param folder its name
   */
  public Corpus(String folder) {
    this.folder = folder;
    this.writes = Boolean.getBoolean(folder + ".write");
  }

  /** Plays a case. */
  public interface Script {
    /** A line of the head. */
    void set(String line);

    /**
     * Something happens.
     *
     * @param line the time and what it is
     * @return what is decided, a line each
     */
    List<String> happen(String line);
  }

  /** The files, by name, for a parameterised test. */
  public Stream<Named<Path>> cases() throws IOException, URISyntaxException {
    Path source = Path.of("src/test/resources", folder);
    Path built = Path.of(Objects.requireNonNull(Corpus.class.getResource("/" + folder)).toURI());
    try (Stream<Path> files = Files.list(writes ? source : built)) {
      List<Path> sorted = files.sorted().toList();
      return sorted.stream().map(file -> Named.of(file.getFileName().toString(), file));
    }
  }

  /** Plays a file, and compares what is decided with what it says; or writes it there. */
  public void play(Path file, Script script) throws IOException {
    List<String> lines = Files.readAllLines(file);
    List<String> head = lines.stream().takeWhile(line -> !isHappening(line)).toList();
    head.stream().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(script::set);
    List<String> expected = new ArrayList<>();
    List<String> happened = new ArrayList<>();
    for (String line : lines.subList(head.size(), lines.size())) {
      String text = line.strip();
      if (text.startsWith(">")) {
        expected.add("  " + text);
      } else if (isHappening(text)) {
        expected.add(text); // in both, so that they read alike
        happened.add(text);
        script.happen(text).forEach(decided -> happened.add("  > " + decided));
      } else if (!text.isEmpty() && !text.startsWith("#")) {
        throw new IllegalArgumentException("neither a time nor a decision: " + text);
      }
    }
    if (writes) {
      Files.write(file, Stream.concat(head.stream(), happened.stream()).toList());
    } else {
      assertEquals(String.join("\n", expected), String.join("\n", happened));
    }
  }

  private static boolean isHappening(String line) {
    return !line.isEmpty() && Character.isDigit(line.charAt(0));
  }

  /** A time of a script, for example {@code 1.5s}. */
  public static long nanos(String seconds) {
    return Math.round(Double.parseDouble(seconds.replace("s", "")) * SECOND);
  }

  /** The same the other way round, to a tenth. */
  public static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f", (double) nanos / SECOND).replace(".0", "") + "s";
  }
}
