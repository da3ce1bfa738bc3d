package io.understudy.jdbc;

import io.understudy.samples.dbpair.DatabaseServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A small disk in memory that a test mounts, fills and empties, and that is gone after it, also if
 * the JVM just exits. Needs root.
 */
final class SmallDisk implements AutoCloseable {
  private static final int BLOCK_BYTES = 4096;

  private final Path directory;
  private final Thread hook = new Thread(this::unmount);

  private SmallDisk(Path directory) {
    this.directory = directory;
  }

  /** Why there is none here, or empty. For skipping tests visibly. */
  static Optional<String> unsupportedReason() {
    try (SmallDisk trial = of(Files.createTempDirectory("ha-disk"), 1)) {
      return Files.isDirectory(trial.path())
          ? Optional.empty()
          : Optional.of(trial.path() + " is no directory");
    } catch (IOException | IllegalStateException e) {
      return Optional.of("mounting a small disk needs root, and here it fails: " + e.getMessage());
    }
  }

  static SmallDisk of(Path directory, int megabytes) {
    try {
      Files.createDirectories(directory);
      String size = "size=" + megabytes + "m";
      run("mount", "-t", "tmpfs", "-o", size, "ha-small-disk", directory.toString());
      SmallDisk disk = new SmallDisk(directory);
      Runtime.getRuntime().addShutdownHook(disk.hook);
      return disk;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path path() {
    return directory;
  }

  /**
   * Moves all that a killed server has onto this disk; it is to be restarted then. Only a link
   * stays behind: whoever cleans up after this test finds no mount in the way.
   */
  void takeDataOf(DatabaseServer server) {
    Path data = server.errorLog().resolveSibling("data");
    Path here = directory.resolve(server.name());
    run("mv", data.toString(), here.toString());
    try {
      Files.createSymbolicLink(data, here);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Leaves not one block free. */
  void fill() {
    try (OutputStream out = Files.newOutputStream(directory.resolve("filler"))) {
      byte[] block = new byte[BLOCK_BYTES];
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw new UncheckedIOException(e);
      }
    }
  }

  void makeRoom() {
    try {
      Files.delete(directory.resolve("filler"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void unmount() {
    run("umount", "--lazy", directory.toString());
  }

  @Override
  public void close() {
    unmount();
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
