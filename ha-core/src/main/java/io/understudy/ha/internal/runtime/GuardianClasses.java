package io.understudy.ha.internal.runtime;

import io.understudy.ha.internal.guardian.GuardianMain;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The class path of the guardian: its few class files in a directory of their own within the state
 * directory. Always copied, never taken from where this process has them: that may be a jar within
 * a jar, or one that is replaced by the next version while the process runs.
 */
final class GuardianClasses {
  private static final String PREFIX = "guardian.classes.";

  /** A node may be closed and started again while the guardian of the first deletes its files. */
  private static final AtomicInteger NODES = new AtomicInteger();

  private final Path state;
  private final Path root;

  GuardianClasses(Path stateDirectory) {
    state = stateDirectory.toAbsolutePath();
    root = state.resolve(PREFIX + ProcessHandle.current().pid() + "-" + NODES.incrementAndGet());
  }

  Path root() {
    return root;
  }

  /** Writes what is not there. */
  void write() throws IOException {
    Path directory = root.resolve(GuardianMain.class.getPackageName().replace('.', '/'));
    Files.createDirectories(directory);
    for (String name : GuardianMain.classes()) {
      String file = name + ".class";
      try (InputStream in = GuardianMain.class.getResourceAsStream(file)) {
        if (in == null) {
          throw new FileNotFoundException("class " + name + " has no file in " + where());
        }
        Files.write(directory.resolve(file), in.readAllBytes());
      }
    }
  }

  private static String where() {
    return String.valueOf(GuardianMain.class.getProtectionDomain().getCodeSource());
  }

  /** Those that earlier processes left, when nobody uses them any more. */
  void deleteOthers() throws IOException {
    List<Path> others;
    try (Stream<Path> files = Files.list(state)) {
      others =
          files
              .filter(file -> file.getFileName().toString().startsWith(PREFIX))
              .filter(file -> !file.equals(root))
              .toList();
    }
    for (Path other : others) {
      try (Stream<Path> files = Files.walk(other)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
