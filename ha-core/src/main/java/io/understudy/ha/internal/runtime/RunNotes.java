package io.understudy.ha.internal.runtime;

import io.understudy.ha.internal.guardian.Orphans;
import io.understudy.ha.internal.guardian.ProcessId;
import io.understudy.ha.internal.guardian.RunFile;
import io.understudy.ha.spi.RunLedger;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which commands of resources are under way, in a file of the state directory; and the end of those
 * that an earlier process left. Mapped memory: a note costs no call of the system, and a disk that
 * is full or hangs keeps nobody from stopping anything. See {@link RunFile}. Threadsafe.
 */
final class RunNotes implements RunLedger {
  private static final Logger LOG = LoggerFactory.getLogger(RunNotes.class);
  private static final long END_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** A node may be closed and made again in one process, while a run of the first goes on. */
  private static final AtomicInteger NODES = new AtomicInteger();

  private static final String PROCESS = String.valueOf(ProcessId.of(ProcessHandle.current().pid()));

  private final String member;
  private final Path state;
  private final Path file;
  private final Map<String, Integer> slots = new HashMap<>();
  private @Nullable ByteBuffer notes;

  /** Makes no file yet: most members run no commands. */
  RunNotes(String member, Path state) {
    this.member = member;
    this.state = state;
    this.file = state.resolve(RunFile.name(PROCESS, NODES.incrementAndGet()));
  }

  @Override
  public synchronized void begins(String run) throws IOException {
    ByteBuffer open = open();
    int slot = 0;
    while (slots.containsValue(slot)) {
      slot++;
    }
    if (slot == RunFile.SLOTS) {
      throw new IOException(RunFile.SLOTS + " commands of resources are under way; no more begins");
    }
    write(open, slot, run);
    slots.put(run, slot);
  }

  /** The first byte last: it makes the note. */
  private static void write(ByteBuffer to, int slot, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int at = slot * RunFile.SLOT;
    for (int i = RunFile.SLOT - 1; i >= 0; i--) {
      to.put(at + i, i < bytes.length ? bytes[i] : 0);
    }
  }

  private ByteBuffer open() throws IOException {
    if (notes == null) {
      int size = RunFile.SLOT * RunFile.SLOTS;
      Files.write(file, new byte[size]); // its room on the disk, now
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        notes = channel.map(FileChannel.MapMode.READ_WRITE, 0, size);
      }
    }
    return notes;
  }

  @Override
  public synchronized void began(String run, long pid) {
    Integer slot = slots.get(run);
    String root = ProcessId.of(pid);
    if (slot != null && notes != null && root != null) {
      byte[] more = (" " + root).getBytes(StandardCharsets.ISO_8859_1);
      for (int i = more.length - 1; i >= 0; i--) {
        notes.put(slot * RunFile.SLOT + run.length() + i, more[i]);
      }
    }
  }

  @Override
  public synchronized void ended(String run) {
    Integer slot = slots.remove(run);
    if (slot != null && notes != null) {
      notes.put(slot * RunFile.SLOT, (byte) 0);
    }
  }

  /**
   * Kills what commands of earlier processes of this member were in the midst of. At once if there
   * is none; else within two seconds. Any thread.
   *
   * @throws IOException if some of it goes on, or it is not known
   */
  void endEarlier() throws IOException {
    List<File> files = RunFile.all(state.toFile());
    files.removeAll(RunFile.of(state.toFile(), PROCESS));
    Orphans orphans = Orphans.of(files);
    boolean gone = orphans.end(END_NANOS);
    if (!orphans.killed().isEmpty()) {
      LOG.warn(
          "{} - killed what an earlier process of this member was in the midst of: a resource's"
              + " command, processes {}",
          member,
          orphans.killed());
    }
    if (!gone) {
      throw new IOException(
          "a command of a resource that an earlier process of this member has begun goes on after"
              + " SIGKILL: processes "
              + orphans.killed()
              + "; end them by hand");
    }
    orphans.forget();
  }

  /** Leaves the file if a run is under way. */
  synchronized void close() {
    if (notes != null && slots.isEmpty()) {
      notes = null;
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        LOG.debug("{} - {} is left to the next process", member, file, e);
      }
    }
  }
}
