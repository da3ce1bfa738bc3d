package io.understudy.ha.spi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A command and all that it started. Children that were forked while the tree was being killed, or
 * that left it (a daemon's parent has ended), are found by a variable of their environment, where
 * the system shows it: in {@code /proc} of Linux.
 */
final class ProcessTree {
  private static final String VARIABLE = "HA_RUN";
  private static final int ROUNDS = 100;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final String run;
  private final RunLedger ledger;
  private final byte[] mark;

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

  /** Notes it first: this process may be killed at any time. */
  Process start(ProcessBuilder builder) throws IOException {
    ledger.begins(run);
    Process root = null;
    try {
      root = builder.start();
    } finally {
      if (root == null) {
        ledger.ended(run);
      }
    }
    ledger.began(run, root.pid());
    return root;
  }

  /** It has ended by itself. */
  void ended() {
    ledger.ended(run);
  }

  /**
   * Kills everything, and waits a second at most until nothing of it is left. Otherwise it stays
   * noted: somebody else may have more luck.
   */
  void kill(Process root) {
    List<ProcessHandle> known = root.descendants().toList();
    root.destroyForcibly();
    known.forEach(ProcessHandle::destroyForcibly);
    for (int i = 0; i < ROUNDS; i++) {
      List<ProcessHandle> left = ProcessHandle.allProcesses().filter(this::isMarked).toList();
      if (left.isEmpty() && !root.isAlive()) {
        ledger.ended(run);
        return;
      }
      left.forEach(ProcessHandle::destroyForcibly);
      LockSupport.parkNanos(this, PAUSE_NANOS);
    }
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
