package io.understudy.samples.dbpair;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/** Finds the server artifacts on the class path. */
final class ClassPath {
  private ClassPath() {}

  static boolean has(String resource) {
    return ClassPath.class.getClassLoader().getResource(resource) != null;
  }

  static URL require(String resource, String coordinates) {
    URL url = ClassPath.class.getClassLoader().getResource(resource);
    if (url == null) {
      throw new DatabasePairException(
          "%s is not on the class path: add the runtime or test dependency %s"
              .formatted(resource, coordinates));
    }
    return url;
  }

  /** Unpacks the wanted files below a folder of the jar that holds the landmark. */
  static void unpackFolder(URL landmark, String folder, Predicate<String> wanted, Path target)
      throws IOException {
    URLConnection connection = landmark.openConnection();
    if (!(connection instanceof JarURLConnection jarConnection)) {
      throw new IOException("expected in a jar: " + landmark);
    }
    jarConnection.setUseCaches(false); // so that closing it closes only ours
    try (JarFile jar = jarConnection.getJarFile()) {
      for (ZipEntry entry : jar.stream().filter(e -> !e.isDirectory()).toList()) {
        if (entry.getName().startsWith(folder)) {
          String name = entry.getName().substring(folder.length());
          if (wanted.test(name)) {
            copy(jar, entry, target.resolve(name));
          }
        }
      }
    }
  }

  private static void copy(JarFile jar, ZipEntry entry, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    try (InputStream content = jar.getInputStream(entry)) {
      Files.copy(content, file);
    }
  }
}
