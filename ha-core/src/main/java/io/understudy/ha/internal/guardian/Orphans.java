package io.understudy.ha.internal.guardian;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The commands that were under way when their process ended. They go on without it: a start could
 * still succeed after the stop that follows. So they are killed first, with all that they have
 * started; a run that had ended is left alone, and so is the daemon that it left.
 *
 * <p>On Linux everything that a run has started is known by a variable of its environment.
 * Elsewhere the command itself and its descendants are found, but not what has left that tree.
 */
public final class Orphans {
  /** The variable whose value names a run. */
  static final String VARIABLE = "HA_RUN";

  private static final File PROC = new File("/proc");
  private static final byte[] MARK = VARIABLE.concat("=").getBytes(StandardCharsets.US_ASCII);
  private static final long PAUSE_MILLIS = 10;

  /**
   * So often nothing must be found: who was just being started when its process was killed does not
   * show its environment yet.
   */
  private static final int LOOKS = 2;

  /**
   * So long it looks on for a run that had been noted, but not yet its process: that may be about
   * to begin, and shows the JVM's own environment until it does.
   */
  private static final long BEGINNING_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** The program of the JDK that turns into the command. */
  private static final String HELPER = "jspawnhelper";

  private static final long SELF = ProcessHandle.current().pid();

  private final Set<String> runs = new HashSet<>();
  private final List<String> roots = new ArrayList<>();
  private final List<File> files;
  private final String prefix;
  private final Set<Long> spared = new HashSet<>();
  private final Set<Long> killed = new TreeSet<>();
  private boolean mayBegin;
  private long leastNanos;

  private Orphans(List<File> files, String prefix) {
    this.files = files;
    this.prefix = prefix;
    spared.add(SELF); // it may have been started by a run that was under way
  }

  /**
   * Those by some files.
   *
   * @throws IOException if one cannot be read
   */
  public static Orphans of(List<File> files) throws IOException {
    Orphans orphans = new Orphans(files, "");
    for (File file : files) {
      for (RunFile noted : RunFile.read(file)) {
        orphans.runs.add(noted.run());
        orphans.roots.add(noted.root());
        if (noted.root().isEmpty()) {
          orphans.mayBegin = true;
          orphans.leastNanos = BEGINNING_NANOS;
        }
      }
    }
    return orphans;
  }

  /** The stop commands that a guardian was in the midst of, by its {@link ProcessId}. */
  public static Orphans ofGuardian(String id) {
    Orphans orphans = new Orphans(List.of(), StopRun.prefix(id));
    orphans.mayBegin = true; // without a least time: this is done after each life of a guardian
    return orphans;
  }

  /** Leaves a process alone, though it may have been started by a run that was under way. */
  public void spare(@Nullable ProcessHandle process) {
    if (process != null) {
      spared.add(process.pid());
    }
  }

  /** What one run has started, wherever it went. */
  static Orphans ofRun(String run) {
    Orphans orphans = new Orphans(List.of(), "");
    orphans.runs.add(run);
    return orphans;
  }

  /** Whether no run was under way. */
  public boolean isEmpty() {
    return runs.isEmpty() && prefix.isEmpty();
  }

  /**
   * Kills them, and looks again until nothing is left or the time is over. Whether nothing is left.
   */
  public boolean end(long limitNanos) {
    if (isEmpty()) {
      return true;
    }
    long beganNanos = System.nanoTime();
    long atLeastNanos = Math.min(leastNanos, limitNanos / 2);
    int nothing = 0;
    while (true) {
      boolean begins = mayBegin && isHelperThere(); // first: it may be the command a moment later
      List<ProcessHandle> left = left();
      nothing = left.isEmpty() && !begins ? nothing + 1 : 0;
      long tookNanos = System.nanoTime() - beganNanos;
      boolean isLast = tookNanos >= limitNanos;
      if (nothing >= (isLast ? 1 : LOOKS) && tookNanos >= atLeastNanos) {
        return true;
      }
      if (isLast) {
        return false;
      }
      for (ProcessHandle process : left) {
        killed.add(process.pid());
        process.destroyForcibly(); // it knows when the process began and takes no other for it
      }
      pause();
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // somebody is in a hurry: the limit is short anyway
    }
  }

  /** The processes that were killed, by number. */
  public List<Long> killed() {
    return List.copyOf(killed);
  }

  /** All is done: the files go. */
  public void forget() {
    for (File file : files) {
      RunPlace.delete(file);
    }
  }

  private List<ProcessHandle> left() {
    List<ProcessHandle> found = new ArrayList<>();
    for (String root : roots) {
      ProcessHandle process = ProcessId.find(root);
      if (process != null) {
        add(process, found);
        Iterator<ProcessHandle> started = process.descendants().iterator();
        while (started.hasNext()) {
          add(started.next(), found);
        }
      }
    }
    Iterator<ProcessHandle> all = ProcessHandle.allProcesses().iterator();
    while (all.hasNext()) {
      ProcessHandle process = all.next();
      if (isMarked(process.pid())) {
        add(process, found);
      }
    }
    return found;
  }

  private void add(ProcessHandle process, List<ProcessHandle> to) {
    if (!spared.contains(process.pid())) {
      to.add(process);
    }
  }

  /**
   * Whether some program of this user is about to begin. Whose JVM's does not show any more when
   * that has ended, so one is waited for and not killed; usually it takes a millisecond.
   */
  private static boolean isHelperThere() {
    Iterator<ProcessHandle> all = ProcessHandle.allProcesses().iterator();
    while (all.hasNext()) {
      Optional<String> command = all.next().info().command(); // shown of one's own only
      if (command.isPresent() && command.get().endsWith(HELPER)) {
        return true;
      }
    }
    return false;
  }

  /** A process that has ended, or belongs to another user, shows no environment. */
  private boolean isMarked(long pid) {
    byte[] environment;
    try (FileInputStream in =
        new FileInputStream(new File(PROC, Long.toString(pid).concat("/environ")))) {
      environment = in.readAllBytes();
    } catch (IOException e) {
      return false;
    }
    boolean begins = true;
    for (int i = 0; i < environment.length; i++) {
      if (begins && startsWithMark(environment, i) && isOne(value(environment, i))) {
        return true;
      }
      begins = environment[i] == 0;
    }
    return false;
  }

  private boolean isOne(String run) {
    return runs.contains(run) || (!prefix.isEmpty() && run.startsWith(prefix));
  }

  private static boolean startsWithMark(byte[] text, int at) {
    for (int i = 0; i < MARK.length; i++) {
      if (at + i >= text.length || text[at + i] != MARK[i]) {
        return false;
      }
    }
    return true;
  }

  private static String value(byte[] text, int at) {
    int end = at + MARK.length;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    int from = at + MARK.length;
    return new String(text, from, end - from, StandardCharsets.ISO_8859_1);
  }
}
