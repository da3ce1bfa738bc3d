package io.understudy.ha.internal.guardian;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where the notes of runs are: in memory where the system has a place for that, so that no disk
 * that is full or hangs keeps anybody from stopping; else in the state directory. Its name says
 * whose notes they are: the state directory (path and inode) and the process namespace. It belongs
 * to this user alone; a place of that name that somebody else has made is not used.
 */
public final class RunPlace {
  private static final File MEMORY = new File("/dev/shm");
  private static final Path SELF = Path.of("/proc/self");
  private static final String PREFIX = "understudy-";
  private static final String USER = "unix:uid";

  private RunPlace() {}

  /**
   * A new file for the notes of a process; in memory only this user may read it.
   *
   * @throws IOException if there is room nowhere
   */
  public static File create(File state, String process, byte[] content) throws IOException {
    File memory = inMemory(state);
    if (memory != null) {
      try {
        make(memory.toPath());
        return createIn(memory, process, content);
      } catch (IOException | UnsupportedOperationException e) {
        boolean unused = memory.delete(); // full, or somebody else's: the state directory, then
      }
    }
    return createIn(state, process, content);
  }

  /** More than one node of a process may have the same state directory, one after the other. */
  private static File createIn(File directory, String process, byte[] content) throws IOException {
    for (int number = 1; ; number++) {
      File file = new File(directory, RunFile.name(process, number));
      try {
        Files.createFile(file.toPath());
      } catch (FileAlreadyExistsException e) {
        continue;
      }
      try {
        Files.write(file.toPath(), content); // its room, now
        return file;
      } catch (IOException e) {
        boolean unused = file.delete();
        throw e;
      }
    }
  }

  private static void make(Path directory) throws IOException {
    try {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      if (!isOurs(directory)) {
        throw e;
      }
    }
  }

  /** The directories that may hold notes of a member. */
  static List<File> all(File state) {
    List<File> found = new ArrayList<>();
    File memory = inMemory(state);
    if (memory != null && isOurs(memory.toPath())) {
      found.add(memory);
    }
    found.add(state);
    return found;
  }

  /** Deletes a file, and its directory in memory when that was the last. */
  public static void delete(File file) {
    boolean unused = file.delete();
    File directory = file.getParentFile();
    if (directory != null && MEMORY.equals(directory.getParentFile())) {
      unused = directory.delete();
    }
  }

  /**
   * Deletes the files of processes that have ended, where nothing was under way, of this member and
   * of those whose notes are in memory.
   */
  public static void sweep(File state) {
    List<File> directories = all(state);
    String[] names = MEMORY.list();
    String prefix = prefix();
    if (names != null && prefix != null) {
      for (String name : names) {
        File directory = new File(MEMORY, name);
        if (name.startsWith(prefix) && isOurs(directory.toPath())) {
          directories.add(directory);
        }
      }
    }
    for (File directory : directories) {
      for (File file : RunFile.in(directory)) {
        if (RunFile.isForNothing(file)) {
          delete(file);
        }
      }
    }
  }

  private static @Nullable File inMemory(File state) {
    String prefix = prefix();
    if (prefix == null || !MEMORY.isDirectory()) {
      return null;
    }
    try {
      Path path = state.toPath().toRealPath();
      String inode = String.valueOf(Files.getAttribute(path, "unix:ino"));
      String what = String.join(" ", path.toString(), inode);
      UUID hash = UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8));
      return new File(MEMORY, prefix.concat(hash.toString()));
    } catch (IOException | RuntimeException e) {
      return null; // there is no state directory yet, and so no notes
    }
  }

  /** With the namespace of process numbers: to those of another one, ours seem to have ended. */
  private static @Nullable String prefix() {
    try {
      Object namespace = Files.getAttribute(SELF.resolve("ns/pid"), "unix:ino");
      return String.join("", PREFIX, String.valueOf(namespace), "-");
    } catch (IOException | RuntimeException e) {
      return null; // not Linux
    }
  }

  private static boolean isOurs(Path directory) {
    try {
      return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
          && Files.getAttribute(directory, USER, LinkOption.NOFOLLOW_LINKS)
              .equals(Files.getAttribute(SELF, USER));
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }
}
