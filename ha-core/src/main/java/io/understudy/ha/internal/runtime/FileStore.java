package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaConfigurationException;
import io.understudy.ha.internal.facts.Maintenance;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A member's durable state: one file for its votes, replaced as a whole, and a small one for what
 * it has heard of maintenance. A file that is damaged is refused and left alone: which vote it held
 * is exactly what must not be guessed.
 */
public final class FileStore implements AutoCloseable {
  static final String FILE = "member.state";
  static final String MAINTENANCE_FILE = "maintenance.state";
  private static final String LOCK_FILE = "member.lock";
  private static final String PROBE_FILE = "member.probe";
  private static final int PROBE_BYTES = 16 * 1024;
  private final FileChannel lockFile;
  private final DurableFile state;
  private final DurableFile probe;

  /** Locked by itself: a write of it that hangs must hold up no vote. */
  private final DurableFile maintenance;

  private FileStore(Path directory, FileChannel lockFile) {
    this.lockFile = lockFile;
    this.state = new DurableFile(directory, FILE);
    this.probe = new DurableFile(directory, PROBE_FILE);
    this.maintenance = new DurableFile(directory, MAINTENANCE_FILE);
  }

  /**
   * Opens the directory for this process alone.
   *
   * @throws HaConfigurationException if it cannot be created or written, or another process uses it
   */
  public static FileStore open(Path directory) {
    try {
      Files.createDirectories(directory);
      return new FileStore(directory, lock(directory));
    } catch (IOException e) {
      throw new HaConfigurationException(
          "state directory "
              + directory
              + " cannot be used ("
              + e
              + "); give a directory on a local disk that this user can write",
          e);
    }
  }

  private static FileChannel lock(Path directory) throws IOException {
    Path file = directory.resolve(LOCK_FILE);
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // the same refusal as for another process: two nodes of this one share the directory
    }
    channel.close();
    throw new HaConfigurationException(
        "state directory "
            + directory
            + " is in use by another running member; give each member a directory of its own",
        null);
  }

  /**
   * Reads the record.
   *
   * @return the record, or empty if there is none
   * @throws HaConfigurationException if the file is damaged, of a newer format, or cannot be read
   */
  public Optional<MemberRecord> load() {
    try {
      Optional<byte[]> payload = state.load();
      return payload.isEmpty() ? Optional.empty() : Optional.of(RecordCodec.decode(payload.get()));
    } catch (IOException | IllegalArgumentException e) {
      throw unusable(
          state,
          e,
          "restore the disk, or move the file away to join as a member that lost its disk");
    }
  }

  /**
   * Reads what was last heard of maintenance.
   *
   * @return the word, or {@link Maintenance#NEVER} if there is none
   * @throws HaConfigurationException if the file is damaged, of a newer format, or cannot be read
   */
  Maintenance loadMaintenance() {
    try {
      Optional<byte[]> payload = maintenance.load();
      return payload.isEmpty() ? Maintenance.NEVER : MaintenanceCodec.decode(payload.get());
    } catch (IOException | IllegalArgumentException e) {
      throw unusable(
          maintenance,
          e,
          "move the file away, and the member learns from the others whether the cluster is in"
              + " maintenance; if it is and they do not run, say it again");
    }
  }

  private static HaConfigurationException unusable(
      DurableFile file, Exception failure, String advice) {
    return new HaConfigurationException(
        "state file "
            + file.path()
            + " cannot be used ("
            + failure.getMessage()
            + "); it was left untouched: "
            + advice,
        failure);
  }

  /**
   * Makes the record durable.
   *
   * @throws IOException if it is not known to be durable
   */
  public synchronized void save(MemberRecord memberRecord) throws IOException {
    if (!lockFile.isOpen()) {
      throw new IOException("the state directory was given back");
    }
    state.replace(RecordCodec.encode(memberRecord));
  }

  /**
   * Makes a word on maintenance durable. May hang without holding up {@link #save}.
   *
   * @throws IOException if it is not known to be durable
   */
  void saveMaintenance(Maintenance word) throws IOException {
    synchronized (maintenance) {
      if (!lockFile.isOpen()) {
        throw new IOException("the state directory was given back");
      }
      maintenance.replace(MaintenanceCodec.encode(word));
    }
  }

  /**
   * Does what {@link #save} does, with as much as a record may need, and deletes it. The first one
   * also finds the classes for the first save, which is a vote that somebody waits for: some 10 ms.
   * May run beside {@link #save}; one at a time.
   *
   * @throws IOException if a record could not be made durable now
   */
  void probe() throws IOException {
    if (!lockFile.isOpen()) {
      return;
    }
    try {
      probe.replace(new byte[PROBE_BYTES]);
    } finally {
      probe.delete();
    }
  }

  /** Lets other processes use the directory. */
  @Override
  public synchronized void close() throws IOException {
    synchronized (maintenance) {
      lockFile.close();
    }
  }
}
