package io.understudy.ha.internal.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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
 * A small file that is replaced as a whole.
 *
 * <p>What is to be in it is written beside it, forced to disk, renamed over it, and the directory
 * is forced too; only then is it replaced. So a crash leaves the old content or the new one, never
 * a mixture.
 *
 * <p>Layout: magic, format version, payload length, SHA-256 of the payload, payload. One writer at
 * a time.
 */
final class DurableFile {
  private static final long MAGIC = 0x554E44455253_5459L; // "UNDERSTY"
  private static final int FORMAT = 1;
  private static final int HASH_BYTES = 32;
  private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES + Integer.BYTES + HASH_BYTES;

  private final Path directory;
  private final String name;

  DurableFile(Path directory, String name) {
    this.directory = directory;
    this.name = name;
  }

  Path path() {
    return directory.resolve(name);
  }

  /**
   * Reads the payload.
   *
   * @return empty if there is no file
   * @throws IOException if it is damaged, of a newer format, or cannot be read
   */
  Optional<byte[]> load() throws IOException {
    try {
      return Optional.of(opened(Files.readAllBytes(path())));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Makes another payload durable.
   *
   * @throws IOException if it is not known to be durable
   */
  void replace(byte[] payload) throws IOException {
    Path fresh = fresh();
    ByteBuffer content = sealed(payload);
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
    Files.move(fresh, path(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel self = FileChannel.open(directory, StandardOpenOption.READ)) {
      self.force(true);
    }
  }

  /** Deletes it, also one that was only half replaced. */
  void delete() throws IOException {
    Files.deleteIfExists(fresh());
    Files.deleteIfExists(path());
  }

  private Path fresh() {
    return directory.resolve(name + ".new");
  }

  private static ByteBuffer sealed(byte[] payload) {
    return ByteBuffer.allocate(HEADER_BYTES + payload.length)
        .putLong(MAGIC)
        .putInt(FORMAT)
        .putInt(payload.length)
        .put(sha256(payload))
        .put(payload)
        .flip();
  }

  private static byte[] opened(byte[] content) throws IOException {
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
    return payload;
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
