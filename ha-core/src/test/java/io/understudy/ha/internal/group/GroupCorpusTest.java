package io.understudy.ha.internal.group;

import io.understudy.ha.Corpus;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file in {@code groups/} is a case; see {@link GroupScript} for its form. */
class GroupCorpusTest {
  private static final Corpus CORPUS = new Corpus("groups");

  static Stream<Named<Path>> cases() throws IOException, URISyntaxException {
    return CORPUS.cases();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void decidesAsBefore(Path file) throws IOException {
    CORPUS.play(file, new GroupScript());
  }
}
