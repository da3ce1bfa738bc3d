package io.understudy.samples.dbpair;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that names the home directories of a running pair. It is written before the servers start
 * and locked as long as their JVM lives, because the kernel drops the lock of a killed JVM: a file
 * that can be locked is an orphan's, and one that cannot is a neighbour's, who is left alone.
 *
 * <p>Orphaned servers are found by their command line, which names their data directory. So a pid
 * that now belongs to somebody else is never touched, and a server that was started a moment before
 * its JVM died is found too.
 */
final class RunRecord implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunRecord.class);
  private static final String LOCK = "runs";
  private static final String SUFFIX = ".run";
  private static final long REAP_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /**
   * The records of this JVM. They are never opened a second time: closing any channel on a file
   * drops all locks that the process holds on it. Guarded by the cache's lock of that name.
   */
  private static final Set<Path> OWN = new HashSet<>();

  private final CacheDirectory cache;
  private final Path file;
  private final FileChannel channel;

  private RunRecord(CacheDirectory cache, Path file, FileChannel channel) {
    this.cache = cache;
    this.file = file;
    this.channel = channel;
  }

  /** Reaps what killed JVMs left behind, and records the homes of the pair that starts now. */
  static RunRecord open(CacheDirectory cache, List<Path> homes) {
    List<RunRecord> opened = new ArrayList<>();
    cache.exclusively(
        LOCK,
        () -> {
          Path directory = Files.createDirectories(cache.resolve("runs"));
          reapOrphans(directory);
          opened.add(create(cache, directory, homes));
        });
    return opened.get(0);
  }

  private static RunRecord create(CacheDirectory cache, Path directory, List<Path> homes)
      throws IOException {
    for (Path home : homes) {
      createHome(home);
    }
    Path file = directory.resolve(UUID.randomUUID() + SUFFIX);
    String content = homes.stream().map(Path::toString).collect(Collectors.joining("\n"));
    // In one step: a path cut short by a crash would let the next start delete another directory.
    Trees.writeAtomically(file, content.getBytes(StandardCharsets.UTF_8));
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      throw new IOException("somebody else locked our new file " + file);
    }
    OWN.add(file);
    return new RunRecord(cache, file, channel);
  }

  private static void createHome(Path home) throws IOException {
    Files.createDirectories(home.getParent());
    try {
      Files.createDirectory(home);
    } catch (FileAlreadyExistsException e) {
      throw new DatabasePairException(
          home + " exists already: name a directory that no other pair uses", e);
    }
  }

  private static void reapOrphans(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(path -> path.toString().endsWith(SUFFIX)).toList()) {
        if (!OWN.contains(file)) {
          reapIfOrphaned(file);
        }
      }
    }
  }

  private static void reapIfOrphaned(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        @Nullable FileLock lock = channel.tryLock()) {
      if (lock != null) {
        Files.readAllLines(file).forEach(home -> reap(Path.of(home)));
        Files.delete(file);
      }
    } catch (OverlappingFileLockException e) {
      LOG.debug("{} belongs to another class loader of this JVM", file, e);
    }
  }

  private static void reap(Path home) {
    String argument = ServerHome.dataOption(home);
    ProcessHandle.allProcesses()
        .filter(process -> hasArgument(process, argument))
        .forEach(
            process -> {
              LOG.info("ending orphaned server {} in {}", process.pid(), home);
              process.destroyForcibly();
              awaitEnd(process, argument);
            });
    try {
      Trees.delete(home);
    } catch (UncheckedIOException e) {
      // Somebody else's leftovers, a mounted directory say, must keep no new pair from starting.
      LOG.warn("of an orphaned server {} is left, not to be deleted: {}", home, e.toString());
    }
  }

  /**
   * Waits until the process has lost its memory, and with it its command line. Waiting for its exit
   * could take for ever: in many containers nobody collects orphans, and they stay as zombies.
   */
  private static void awaitEnd(ProcessHandle process, String argument) {
    long start = System.nanoTime();
    while (hasArgument(process, argument) && System.nanoTime() - start < REAP_PATIENCE_NANOS) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static boolean hasArgument(ProcessHandle process, String argument) {
    return commandLine(process.pid()).contains(argument);
  }

  /** Read from /proc, because ProcessHandle cuts long command lines off. */
  private static List<String> commandLine(long pid) {
    try {
      byte[] line = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline"));
      return List.of(new String(line, StandardCharsets.UTF_8).split("\0"));
    } catch (IOException e) {
      return List.of(); // ended meanwhile
    }
  }

  /** Forgets the pair, whose servers are gone. */
  @Override
  public void close() {
    cache.exclusively(
        LOCK,
        () -> {
          Files.deleteIfExists(file);
          channel.close();
          OWN.remove(file);
        });
  }
}
