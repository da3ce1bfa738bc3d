package io.understudy.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is optional stays optional: an application with Boot's core and nothing else. */
class MinimalClassPathTest {
  private static final List<String> ALWAYS_THERE =
      List.of(
          "ha-",
          "jgroups-",
          "caffeine-",
          "slf4j-",
          "logback-",
          "spring-boot-4",
          "spring-boot-autoconfigure-",
          "spring-core-",
          "spring-beans-",
          "spring-context-",
          "spring-aop-",
          "spring-expression-",
          "micrometer-commons-",
          "micrometer-observation-",
          "commons-logging-");

  @TempDir Path directory;

  @Test
  void memberStartsWithBootsCoreAlone() throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
      thread.setContextClassLoader(loader);
      Object leader =
          loader
              .loadClass(MinimalApplication.class.getName())
              .getMethod("leaderOf", String.class, String[].class)
              .invoke(null, "jobs", arguments());
      assertEquals("n1", leader);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private String[] arguments() {
    return Stream.concat(
            Arrays.stream(Site.of(1, directory).properties(1)), Stream.of("ha.roles[0].name=jobs"))
        .map(it -> "--" + it)
        .toArray(String[]::new);
  }

  /** Surefire hides the class path in the manifest of a jar and tells it in a property. */
  private static URL[] classPath() throws MalformedURLException {
    String entries =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<URL> urls = new ArrayList<>();
    for (String entry : entries.split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      String name = String.valueOf(path.getFileName());
      if (Files.isDirectory(path) || ALWAYS_THERE.stream().anyMatch(name::startsWith)) {
        urls.add(path.toUri().toURL());
      }
    }
    return urls.toArray(URL[]::new);
  }
}
