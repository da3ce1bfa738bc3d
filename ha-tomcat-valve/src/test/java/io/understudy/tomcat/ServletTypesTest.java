package io.understudy.tomcat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The condition for one jar on three lines of Tomcat: no class file holds the name of a type of
 * either servlet API, not even as the type of an exception.
 */
class ServletTypesTest {
  @Test
  void noClassFileNamesAServletType() throws Exception {
    List<Path> classFiles = classFiles();
    assertTrue(classFiles.stream().anyMatch(file -> file.endsWith("HaValve.class")));
    assertEquals(List.of(), classFiles.stream().filter(ServletTypesTest::namesServletApi).toList());
  }

  private static List<Path> classFiles() throws IOException, URISyntaxException {
    Path classes =
        Path.of(HaValve.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(classes)) {
      return files.filter(file -> file.toString().endsWith(".class")).toList();
    }
  }

  /** Names in a constant pool are plain text if they are ASCII, as these are. */
  private static boolean namesServletApi(Path classFile) {
    try {
      String bytes = Files.readString(classFile, StandardCharsets.ISO_8859_1);
      return Stream.of("javax/", "javax.", "jakarta/", "jakarta.").anyMatch(bytes::contains);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + classFile, e);
    }
  }
}
