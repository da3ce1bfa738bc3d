package io.understudy.samples.dbpair;

import java.nio.file.Path;

/** Where one server keeps its things. */
record ServerHome(Path directory) {

  Path data() {
    return data(directory);
  }

  Path errorLog() {
    return directory.resolve("error.log");
  }

  Path initFile() {
    return directory.resolve("users.sql");
  }

  /** The option that tells this server's process from every other process of the machine. */
  static String dataOption(Path directory) {
    return "--datadir=" + data(directory);
  }

  private static Path data(Path directory) {
    return directory.resolve("data");
  }
}
