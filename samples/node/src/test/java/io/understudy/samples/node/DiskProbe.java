package io.understudy.samples.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Saves a small file again and again the way a member does (write, force, rename, force the
 * directory), so that failover times can be read beside what the disk took meanwhile.
 */
final class DiskProbe implements AutoCloseable {
  private static final int RECORD_BYTES = 400;
  private static final long PAUSE_MILLIS = 100;
  private static final double NANOS_PER_MILLI = 1e6;

  private final Path directory;
  private final List<Double> millis = Collections.synchronizedList(new ArrayList<>());
  private final Thread thread = new Thread(this::run, "disk-probe");

  DiskProbe(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        long sinceNanos = System.nanoTime();
        save();
        millis.add((System.nanoTime() - sinceNanos) / NANOS_PER_MILLI);
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException | IOException e) {
      // Closed.
    }
  }

  private void save() throws IOException {
    Path fresh = directory.resolve("probe.new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      channel.write(ByteBuffer.allocate(RECORD_BYTES));
      channel.force(true);
    }
    Files.move(fresh, directory.resolve("probe"), StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel self = FileChannel.open(directory, StandardOpenOption.READ)) {
      self.force(true);
    }
  }

  @Override
  public String toString() {
    List<Double> sorted = new ArrayList<>(List.copyOf(millis));
    Collections.sort(sorted);
    return sorted.isEmpty()
        ? "no save"
        : String.format(
            Locale.ROOT,
            "saving with fsync meanwhile: median %.1f ms, slowest %.1f ms (%d saves)",
            sorted.get(sorted.size() / 2),
            sorted.get(sorted.size() - 1),
            sorted.size());
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
