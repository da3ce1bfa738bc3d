package io.understudy.ha.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every file in {@code placement/} is a case; see {@link PlacementScript} for its form. In the
 * manner of Pacemaker's scheduler tests: what was decided once is decided for ever, or somebody has
 * to look at the difference.
 *
 * <p>With {@code -Dplacement.write=true} the files in the source tree are written anew with what is
 * decided now: read the difference before you commit it.
 */
class PlacementCorpusTest {
  private static final boolean WRITE = Boolean.getBoolean("placement.write");

  static Stream<Named<Path>> cases() throws IOException, URISyntaxException {
    Path folder =
        WRITE
            ? Path.of("src/test/resources/placement")
            : Path.of(
                Objects.requireNonNull(PlacementCorpusTest.class.getResource("/placement"))
                    .toURI());
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .sorted()
          .map(file -> Named.of(file.getFileName().toString(), file))
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void decidesAsBefore(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    PlacementScript script = new PlacementScript();
    script.run(lines);
    if (WRITE) {
      List<String> head =
          lines.stream().takeWhile(l -> l.isEmpty() || !Character.isDigit(l.charAt(0))).toList();
      Files.write(file, Stream.concat(head.stream(), script.happened().stream()).toList());
    }
    if (!WRITE) {
      assertEquals(String.join("\n", script.expected()), String.join("\n", script.happened()));
    }
  }
}
