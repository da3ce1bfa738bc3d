package io.understudy.ha.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** All bugs that the simulator is shown: every enum of this package that is a {@link Mutation}. */
final class Mutations {
  private static final String ENDING = ".class";

  private Mutations() {}

  static Stream<Mutation> all() {
    List<Mutation> found = new ArrayList<>();
    for (Class<?> type : typesOfThisPackage()) {
      if (type.isEnum() && Mutation.class.isAssignableFrom(type)) {
        for (Object constant : type.getEnumConstants()) {
          found.add((Mutation) constant);
        }
      }
    }
    return found.stream();
  }

  private static List<Class<?>> typesOfThisPackage() {
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(ENDING) && !name.contains("$") && !name.contains("-"))
          .sorted(Comparator.naturalOrder())
          .<Class<?>>map(Mutations::load)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path folder() {
    try {
      Path root =
          Path.of(Mutations.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return root.resolve(Mutations.class.getPackageName().replace('.', '/'));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Class<?> load(String fileName) {
    String name = fileName.substring(0, fileName.length() - ENDING.length());
    try {
      return Class.forName(Mutations.class.getPackageName() + "." + name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
