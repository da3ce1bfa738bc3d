package io.understudy.ha.internal.guardian;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The class files of the guardian, as they were compiled. */
class GuardianClassesTest {
  private static List<Path> compiled() throws IOException, URISyntaxException {
    Path file = Path.of(GuardianMain.class.getResource("GuardianMain.class").toURI());
    try (Stream<Path> files = Files.list(file.getParent())) {
      return files.filter(f -> !f.endsWith("package-info.class")).toList();
    }
  }

  /** One that is missing from the list would be missing in the child. */
  @Test
  void allAreListed() throws IOException, URISyntaxException {
    TreeSet<String> names = new TreeSet<>();
    compiled().forEach(f -> names.add(f.getFileName().toString().replace(".class", "")));

    assertEquals(names, new TreeSet<>(GuardianMain.classes()));
  }

  /** Their first use loads some hundred classes more, at the worst time. */
  @Test
  void noneUsesLambdasOrTheConcatenationOfStrings() throws IOException, URISyntaxException {
    for (Path file : compiled()) {
      String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
      assertFalse(bytes.contains("LambdaMetafactory"), "a lambda in " + file);
      assertFalse(bytes.contains("StringConcatFactory"), "a + on strings in " + file);
    }
  }
}
