package io.understudy.ha.spi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A command and all that it started. Children that were forked while the tree was being killed, or
 * that left it (a daemon's parent has ended), are found by a variable of their environment, where
 * the system shows it: in {@code /proc} of Linux.
 */
final class ProcessTree {
  private static final String VARIABLE = "HA_RUN";
  private static final int ROUNDS = 100;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Those that were killed and not seen to end. */
  private static final Set<ProcessTree> LINGERING = ConcurrentHashMap.newKeySet();

  private final String run;
  private final RunLedger ledger;
  private final byte[] mark;
  private volatile @Nullable Process root;

  private ProcessTree(String run, RunLedger ledger) {
    this.run = run;
    this.ledger = ledger;
    this.mark = (VARIABLE + "=" + run).getBytes(StandardCharsets.US_ASCII);
  }

  /** Marks what will be started; it is noted as long as it is under way. */
  static ProcessTree of(ProcessBuilder builder, RunLedger ledger) {
    String run = UUID.randomUUID().toString();
    builder.environment().put(VARIABLE, run);
    return new ProcessTree(run, ledger);
  }

  /**
   * Notes it first: this process may be killed at any time. Where a thread for it is missing, start
   * fails although the command runs.
   */
  Process start(ProcessBuilder builder) throws IOException {
    LINGERING.forEach(ProcessTree::look);
    ledger.begins(run);
    boolean started = false;
    boolean mayRun = true;
    try {
      root = builder.start();
      ledger.began(run, root.pid());
      started = true;
      return root;
    } catch (IOException e) {
      mayRun = false;
      throw e;
    } finally {
      if (!started && mayRun) {
        kill();
      } else if (!started) {
        ledger.ended(run);
      }
    }
  }

  /** It has ended by itself. */
  void ended() {
    ledger.ended(run);
  }

  /**
   * Kills everything, and waits a second at most until nothing of it is left. Otherwise it stays
   * noted, until it is seen at a later start that it has ended: somebody else may have more luck.
   */
  void kill() {
    LINGERING.add(this); // first: what follows may fail
    Process process = root;
    if (process != null) {
      List<ProcessHandle> known = process.descendants().toList();
      process.destroyForcibly();
      known.forEach(ProcessHandle::destroyForcibly);
    }
    for (int i = 0; i < ROUNDS && !look(); i++) {
      LockSupport.parkNanos(this, PAUSE_NANOS);
    }
  }

  /** Kills what is left. Whether nothing was. */
  private boolean look() {
    List<ProcessHandle> left = ProcessHandle.allProcesses().filter(this::isMarked).toList();
    left.forEach(ProcessHandle::destroyForcibly);
    Process process = root;
    if (!left.isEmpty() || (process != null && process.isAlive())) {
      return false;
    }
    if (LINGERING.remove(this)) {
      ledger.ended(run);
    }
    return true;
  }

  /** A process that has ended, or belongs to another user, shows no environment. */
  private boolean isMarked(ProcessHandle process) {
    try {
      byte[] environment = Files.readAllBytes(Path.of("/proc/" + process.pid() + "/environ"));
      return contains(environment);
    } catch (IOException e) {
      return false;
    }
  }

  private boolean contains(byte[] text) {
    for (int i = 0; i + mark.length <= text.length; i++) {
      if (java.util.Arrays.equals(text, i, i + mark.length, mark, 0, mark.length)) {
        return true;
      }
    }
    return false;
  }
}
