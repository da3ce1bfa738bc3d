package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaConfigurationException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A member's durable state: one file, replaced as a whole.
 *
 * <p>A record is written beside the file, forced to disk, renamed over it, and the directory is
 * forced too; only then is it saved. So a crash leaves the old record or the new one, never a
 * mixture. A file that is damaged all the same is refused and left alone: which vote it held is
 * exactly what must not be guessed.
 *
 * <p>Layout: magic, format version, payload length, SHA-256 of the payload, payload.
 */
public final class FileStore implements AutoCloseable {
  static final String FILE = "member.state";
  private static final String NEW_FILE = "member.state.new";
  private static final String LOCK_FILE = "member.lock";
  private static final String PROBE_FILE = "member.probe";
  private static final int PROBE_BYTES = 16 * 1024;
  private static final long MAGIC = 0x554E44455253_5459L; // "UNDERSTY"
  private static final int FORMAT = 1;
  private static final int HASH_BYTES = 32;
  private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES + Integer.BYTES + HASH_BYTES;

  private final Path directory;
  private final FileChannel lockFile;

  private FileStore(Path directory, FileChannel lockFile) {
    this.directory = directory;
    this.lockFile = lockFile;
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
    Path file = directory.resolve(FILE);
    try {
      return Optional.of(decode(Files.readAllBytes(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw new HaConfigurationException(
          "state file "
              + file
              + " cannot be used ("
              + e.getMessage()
              + "); it was left untouched: restore the disk, or move the file away to join as a member"
              + " that lost its disk",
          e);
    }
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
    Path fresh = directory.resolve(NEW_FILE);
    ByteBuffer content = ByteBuffer.wrap(encode(memberRecord));
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      while (content.hasRemaining()) {
        channel.write(content);
      }
      channel.force(true);
    }
    Files.move(
        fresh,
        directory.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel self = FileChannel.open(directory, StandardOpenOption.READ)) {
      self.force(true);
    }
  }

  /**
   * Writes as much as a record may need to a new file, forces it to disk and deletes it. May run
   * beside {@link #save}.
   *
   * @throws IOException if a record could not be made durable now
   */
  void probe() throws IOException {
    if (!lockFile.isOpen()) {
      return;
    }
    Path fresh = directory.resolve(PROBE_FILE);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer content = ByteBuffer.allocate(PROBE_BYTES);
      while (content.hasRemaining()) {
        channel.write(content);
      }
      channel.force(true);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private static byte[] encode(MemberRecord memberRecord) throws IOException {
    byte[] payload = RecordCodec.encode(memberRecord);
    return ByteBuffer.allocate(HEADER_BYTES + payload.length)
        .putLong(MAGIC)
        .putInt(FORMAT)
        .putInt(payload.length)
        .put(sha256(payload))
        .put(payload)
        .array();
  }

  private static MemberRecord decode(byte[] content) throws IOException {
    if (content.length < HEADER_BYTES) {
      throw new IOException(
          "it has " + content.length + " bytes, less than the " + HEADER_BYTES + " of the header");
    }
    ByteBuffer buffer = ByteBuffer.wrap(content);
    if (buffer.getLong() != MAGIC) {
      throw new IOException("it does not begin like a state file");
    }
    int format = buffer.getInt();
    if (format != FORMAT) {
      throw new IOException("it has format " + format + ", this version reads " + FORMAT);
    }
    int length = buffer.getInt();
    byte[] hash = new byte[HASH_BYTES];
    buffer.get(hash);
    if (length != buffer.remaining()) {
      throw new IOException(
          "it holds " + buffer.remaining() + " bytes where " + length + " were written");
    }
    byte[] payload = Arrays.copyOfRange(content, HEADER_BYTES, content.length);
    if (!MessageDigest.isEqual(hash, sha256(payload))) {
      throw new IOException("its checksum does not match: it is damaged");
    }
    return RecordCodec.decode(payload);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Lets other processes use the directory. */
  @Override
  public synchronized void close() throws IOException {
    lockFile.close();
  }
}
