package io.understudy.spring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

/** The README's examples, so that tests run what readers copy. */
final class Readme {
  private Readme() {}

  static PropertySource<?> applicationYml() {
    byte[] yaml = block("yaml").getBytes(StandardCharsets.UTF_8);
    try {
      return new YamlPropertySourceLoader().load("README", new ByteArrayResource(yaml)).get(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String bean() {
    return block("java");
  }

  private static String block(String language) {
    String text = read(Path.of("README.md"));
    String fence = "```" + language + "\n";
    int start = text.indexOf(fence) + fence.length();
    return text.substring(start, text.indexOf("```", start));
  }

  static String source(Class<?> type) {
    return read(Path.of("src/test/java/" + type.getName().replace('.', '/') + ".java"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
