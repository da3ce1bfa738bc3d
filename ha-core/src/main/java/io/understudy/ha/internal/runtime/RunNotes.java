package io.understudy.ha.internal.runtime;

import io.understudy.ha.internal.guardian.GuardianMain;
import io.understudy.ha.internal.guardian.Orphans;
import io.understudy.ha.internal.guardian.ProcessId;
import io.understudy.ha.internal.guardian.RunFile;
import io.understudy.ha.internal.guardian.RunPlace;
import io.understudy.ha.spi.RunLedger;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which commands of resources are under way, in a file; and the end of those that an earlier
 * process left. The file is in memory where that can be, but not mapped: a page that the system
 * cannot provide would halt all threads of the process, not only the one that writes. See {@link
 * RunFile} and {@link RunPlace}. Threadsafe.
 */
final class RunNotes implements RunLedger {
  private static final Logger LOG = LoggerFactory.getLogger(RunNotes.class);
  private static final long END_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final String PROCESS = String.valueOf(ProcessId.of(ProcessHandle.current().pid()));

  private final String member;
  private final File state;
  private final Path guardianLock;

  /** Read before the next guardian takes its place; empty when nothing of it is left. */
  private volatile String lastGuardian;

  private final Map<String, Integer> slots = new HashMap<>();
  private @Nullable File file;
  private @Nullable RandomAccessFile notes;

  /** Makes no file yet: most members run no commands. */
  RunNotes(String member, Path state) {
    this.member = member;
    this.state = state.toFile();
    this.guardianLock = state.resolve(GuardianMain.LOCK);
    this.lastGuardian = LastGuardian.id(guardianLock);
  }

  @Override
  public synchronized void begins(String run) throws IOException {
    RandomAccessFile open = open();
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

  private static void write(RandomAccessFile to, int slot, String text) throws IOException {
    to.seek((long) slot * RunFile.SLOT);
    to.write(Arrays.copyOf(text.getBytes(StandardCharsets.ISO_8859_1), RunFile.SLOT));
  }

  /** No channel: an interrupt of who writes would close it. */
  private RandomAccessFile open() throws IOException {
    RandomAccessFile open = notes;
    if (open == null) {
      RunPlace.sweep(state);
      File made = RunPlace.create(state, PROCESS, new byte[RunFile.SLOT * RunFile.SLOTS]);
      open = new RandomAccessFile(made, "rw");
      file = made;
      notes = open;
    }
    return open;
  }

  @Override
  public synchronized void began(String run, long pid) {
    Integer slot = slots.get(run);
    String root = ProcessId.of(pid);
    if (slot != null && notes != null && root != null) {
      try {
        write(notes, slot, run + " " + root);
      } catch (IOException e) {
        LOG.debug("{} - of a command only its run is noted", member, e); // that suffices
      }
    }
  }

  @Override
  public synchronized void ended(String run) {
    Integer slot = slots.remove(run);
    if (slot != null && notes != null) {
      try {
        write(notes, slot, "");
      } catch (IOException e) {
        LOG.warn("{} - the end of a resource's command cannot be noted", member, e);
      }
    }
  }

  /** For stops: what cannot be noted is run all the same. */
  RunLedger ofStops() {
    return new RunLedger() {
      @Override
      public void begins(String run) {
        try {
          RunNotes.this.begins(run);
        } catch (IOException e) {
          LOG.warn(
              "{} - a stop command is not noted; should this process be killed it goes on",
              member,
              e);
        }
      }

      @Override
      public void began(String run, long pid) {
        RunNotes.this.began(run, pid);
      }

      @Override
      public void ended(String run) {
        RunNotes.this.ended(run);
      }
    };
  }

  /**
   * Kills what commands of earlier processes of this member were in the midst of. At once if there
   * is none; else within two seconds. Any thread.
   *
   * @throws IOException if some of it goes on, or it is not known
   */
  void endEarlier() throws IOException {
    endLastGuardian();
    List<File> files = RunFile.all(state);
    files.removeAll(RunFile.of(state, PROCESS));
    end(Orphans.of(files));
  }

  /**
   * Kills the stop commands that the guardian of an earlier process was in the midst of when it was
   * killed. One that lives is at work, and left to end it. At once if nothing is left; else within
   * two seconds. Any thread.
   *
   * @throws IOException if some of it goes on
   */
  void endLastGuardian() throws IOException {
    String last = lastGuardian;
    if (!last.isEmpty() && ProcessId.find(last) == null) {
      end(Orphans.ofGuardian(last));
      lastGuardian = "";
    }
  }

  private void end(Orphans orphans) throws IOException {
    orphans.spare(ProcessId.find(LastGuardian.id(guardianLock)));
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
    if (notes != null && file != null && slots.isEmpty()) {
      try {
        RunPlace.delete(file);
        notes.close();
      } catch (IOException e) {
        LOG.debug("{} - {} is not closed", member, file, e);
      }
      notes = null;
    }
  }
}
