package io.understudy.ha.internal.guardian;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A process's number and when it began, as text: no later process is taken for it. On Linux in
 * ticks since the machine's start, and which start that was: the same for whoever asks. The time of
 * day that a {@link ProcessHandle} tells moves when the clock is set. Elsewhere there is nothing
 * else.
 */
public final class ProcessId {
  private static final File PROC = new File("/proc");
  private static final boolean IS_LINUX = new File(PROC, "self/stat").exists();

  /** In {@code stat}, after the name, which may hold anything: the state, and 19 further on. */
  private static final int BEGAN = 19;

  /** After a restart of the machine the same number and ticks are another process. */
  private static final String BOOT = boot();

  /** Where the system does not tell when a process began. */
  private static final String UNKNOWN = "0";

  private static final String IS_UNKNOWN = String.join("", "-", UNKNOWN, BOOT);

  private ProcessId() {}

  private static String boot() {
    try (FileInputStream in = new FileInputStream(new File(PROC, "sys/kernel/random/boot_id"))) {
      String text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).strip();
      return text.isEmpty() ? "" : "-".concat(text);
    } catch (IOException e) {
      return "";
    }
  }

  /** The id of a process; null if there is none that executes anything any more. */
  public static @Nullable String of(long pid) {
    String began = IS_LINUX ? ticks(pid) : millis(pid);
    return began == null ? null : String.join("", Long.toString(pid), "-", began, BOOT);
  }

  private static @Nullable String ticks(long pid) {
    try (FileInputStream in =
        new FileInputStream(new File(PROC, Long.toString(pid).concat("/stat")))) {
      String text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
      boolean isZombie = fields[0].equals("Z") || fields[0].equals("X");
      return isZombie ? null : fields[BEGAN];
    } catch (IOException e) {
      return null; // it has ended
    }
  }

  private static @Nullable String millis(long pid) {
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    Optional<Instant> began =
        process.isPresent() ? process.get().info().startInstant() : Optional.empty();
    if (began.isPresent()) {
      return Long.toString(began.get().toEpochMilli());
    }
    return process.isPresent() && process.get().isAlive() ? UNKNOWN : null;
  }

  /**
   * The process of that id, if it executes anything yet; else null, also if the text is none, or
   * does not say when the process began: another one may have its number by now.
   */
  public static @Nullable ProcessHandle find(String id) {
    return id.endsWith(IS_UNKNOWN) ? null : named(id);
  }

  /** Whether a process of that id may execute something yet. */
  static boolean isThere(String id) {
    return named(id) != null;
  }

  private static @Nullable ProcessHandle named(String id) {
    int dash = id.indexOf('-');
    if (dash < 1) {
      return null;
    }
    try {
      long pid = Long.parseLong(id.substring(0, dash));
      Optional<ProcessHandle> process = ProcessHandle.of(pid); // first: it keeps its own identity
      return process.isPresent() && id.equals(of(pid)) ? process.get() : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
