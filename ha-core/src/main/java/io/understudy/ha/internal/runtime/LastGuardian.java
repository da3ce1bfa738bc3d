package io.understudy.ha.internal.runtime;

import io.understudy.ha.internal.guardian.GuardianMain;
import io.understudy.ha.internal.guardian.Orphans;
import io.understudy.ha.internal.guardian.ProcessId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The guardian of an earlier process of this member, which the next one waits for. One that is at
 * work ends by itself; one that was stopped (a signal, a debugger, a frozen control group) never
 * does, and would do its stops when it is woken, whatever works by then. One thread.
 */
final class LastGuardian {
  private static final long END_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Path file;
  private @Nullable String seen;
  private long seenNanos;

  LastGuardian(Path state) {
    this.file = state.resolve(GuardianMain.LOCK);
  }

  /**
   * Looks whether it is there, and kills it if it has been for so long, together with the stop
   * commands that it was in the midst of.
   *
   * @return what was done, ready to be appended to a sentence; empty if nothing was
   */
  String endIfThereFor(long limitNanos) {
    String id = id(file);
    ProcessHandle process = ProcessId.find(id);
    long now = System.nanoTime();
    if (process == null || !id.equals(seen)) {
      seen = process == null ? null : id;
      seenNanos = now;
      return "";
    }
    if (now - seenNanos < limitNanos) {
      return "";
    }
    List<ProcessHandle> runs = process.descendants().toList();
    process.destroyForcibly();
    runs.forEach(ProcessHandle::destroyForcibly);
    boolean gone = Orphans.ofGuardian(id).end(END_NANOS); // what they put into the background, too
    return "; killed that one, process "
        + process.pid()
        + ", because it had been there for "
        + TimeUnit.NANOSECONDS.toMillis(now - seenNanos)
        + " ms"
        + (gone ? "" : "; of its stop commands some go on");
  }

  /** The {@link ProcessId} of the last guardian; empty if there was none, or it is not known. */
  static String id(Path file) {
    try {
      return Files.readString(file, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return ""; // not written yet, or not readable: then the next one cannot open it either
    }
  }
}
