package io.understudy.samples.dbpair;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * What all JVMs of a user on this machine share: unpacked servers, initialised data directories,
 * and the record of who runs what. Safe against first use by several JVMs at once.
 */
final class CacheDirectory {
  /** Names another directory than the one below {@code java.io.tmpdir}. */
  static final String PROPERTY = "dbpair.cache";

  /** File locks exclude other JVMs; this one excludes our own threads, which share those locks. */
  private static final Object JVM_LOCK = new Object();

  /** An action on files. */
  @FunctionalInterface
  interface FileAction {
    void run() throws IOException;
  }

  /** Creates the content of an entry in the directory that it is given. */
  @FunctionalInterface
  interface EntryMaker {
    void make(Path directory) throws IOException;
  }

  private final Path root;

  private CacheDirectory(Path root) {
    this.root = root;
  }

  static CacheDirectory ofThisUser() {
    String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9._-]", "_");
    Path byDefault = Path.of(System.getProperty("java.io.tmpdir"), "understudy-db-pair-" + user);
    return at(Path.of(System.getProperty(PROPERTY, byDefault.toString())));
  }

  static CacheDirectory at(Path directory) {
    Path root = directory.toAbsolutePath().normalize();
    try {
      createPrivately(root);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use cache directory " + root, e);
    }
    return new CacheDirectory(root);
  }

  /** The directory tells programs to run, so that nobody else may have made it. */
  private static void createPrivately(Path root) throws IOException {
    Files.createDirectories(root.getParent());
    try {
      var onlyUs = PosixFilePermissions.fromString("rwx------");
      Files.createDirectory(root, PosixFilePermissions.asFileAttribute(onlyUs));
    } catch (FileAlreadyExistsException e) {
      Path ours = Files.createTempFile(root, "owner", ".tmp");
      boolean same = Files.getOwner(ours).equals(Files.getOwner(root, LinkOption.NOFOLLOW_LINKS));
      Files.delete(ours);
      if (!same) {
        throw new DatabasePairException(
            "cache directory %s belongs to another user: name one of your own with -D%s=..."
                .formatted(root, PROPERTY),
            e);
      }
    }
  }

  Path resolve(String name) {
    return root.resolve(name);
  }

  /** Returns the entry, made by the first caller on this machine and complete for all others. */
  Path entry(String name, EntryMaker maker) {
    Path entry = root.resolve(name);
    if (!Files.isDirectory(entry)) {
      exclusively(name, () -> makeEntry(entry, maker));
    }
    return entry;
  }

  private void makeEntry(Path entry, EntryMaker maker) throws IOException {
    if (Files.isDirectory(entry)) {
      return; // another one made it while we waited for the lock
    }
    String unfinished = entry.getFileName() + ".unfinished";
    deleteLeftovers(unfinished);
    Path workshop = Files.createTempDirectory(root, unfinished);
    try {
      maker.make(workshop);
      Files.move(workshop, entry, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Trees.delete(workshop);
    }
  }

  private void deleteLeftovers(String prefix) throws IOException {
    try (Stream<Path> siblings = Files.list(root)) {
      List<Path> leftovers =
          siblings.filter(file -> file.getFileName().toString().startsWith(prefix)).toList();
      leftovers.forEach(Trees::delete);
    }
  }

  /** Runs the action while no other thread or JVM runs one of the same name. */
  void exclusively(String name, FileAction action) {
    Path file = root.resolve(name + ".lock");
    synchronized (JVM_LOCK) {
      try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (!lock.isValid()) {
          throw new IOException("lock lost: " + file);
        }
        action.run();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot prepare %s in %s".formatted(name, root), e);
      }
    }
  }
}
