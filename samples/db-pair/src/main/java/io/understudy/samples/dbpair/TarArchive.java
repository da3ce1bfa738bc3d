package io.understudy.samples.dbpair;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * Unpacks a gzipped tar archive: files and directories of at most 255 characters, which is what the
 * server's archive holds. Links are skipped: those of the archive dangle, and the server finds its
 * libraries without them.
 */
final class TarArchive {
  private static final int BLOCK = 512;
  private static final char DIRECTORY = '5';

  /** One header block, as far as it matters here. */
  private record Header(String name, boolean executable, long size, char type) {
    static Header parse(byte[] block) {
      String prefix = text(block, 345, 155);
      String name = text(block, 0, 100);
      return new Header(
          prefix.isEmpty() ? name : prefix + '/' + name,
          (Long.parseLong(text(block, 100, 8).trim(), 8) & 0b001_000_000) != 0,
          Long.parseLong(text(block, 124, 12).trim(), 8),
          (char) block[156]);
    }

    boolean isFile() {
      return type == '0' || type == '\0';
    }

    private static String text(byte[] block, int offset, int length) {
      int end = offset;
      while (end < offset + length && block[end] != 0) {
        end++;
      }
      return new String(block, offset, end - offset, US_ASCII);
    }
  }

  private TarArchive() {}

  static void unpack(InputStream gzipped, Path directory) throws IOException {
    try (InputStream tar = new GZIPInputStream(gzipped, 1 << 16)) {
      byte[] block = tar.readNBytes(BLOCK);
      while (block.length == BLOCK && block[0] != 0) {
        unpackEntry(Header.parse(block), tar, directory);
        block = tar.readNBytes(BLOCK);
      }
    }
  }

  private static void unpackEntry(Header header, InputStream tar, Path directory)
      throws IOException {
    Path target = directory.resolve(header.name()).normalize();
    if (!target.startsWith(directory)) {
      throw new IOException("archive entry would leave " + directory + ": " + header.name());
    }
    if (header.type() == DIRECTORY) {
      Files.createDirectories(target);
    } else if (header.isFile()) {
      writeFile(header, tar, target);
    } else {
      tar.skipNBytes(header.size());
    }
    tar.skipNBytes(padding(header.size()));
  }

  private static void writeFile(Header header, InputStream tar, Path target) throws IOException {
    Files.createDirectories(target.getParent());
    byte[] buffer = new byte[1 << 16];
    long left = header.size();
    try (OutputStream file = Files.newOutputStream(target)) {
      while (left > 0) {
        int read = tar.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (read < 0) {
          throw new EOFException(
              "archive ends %d bytes before the end of %s".formatted(left, header.name()));
        }
        file.write(buffer, 0, read);
        left -= read;
      }
    }
    if (header.executable() && !target.toFile().setExecutable(true)) {
      throw new IOException("cannot make executable: " + target);
    }
  }

  private static long padding(long size) {
    return (BLOCK - size % BLOCK) % BLOCK;
  }
}
