package io.understudy.ha.internal.guardian;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The parent. That it is gone shows by another process having become the parent: that happens when
 * its last thread has ended, and not only when somebody has taken note of its end.
 */
final class Jvm {
  private static final ProcessHandle SELF = ProcessHandle.current();

  private final ProcessHandle handle;
  private final String id;

  Jvm(ProcessHandle handle, String id) {
    this.handle = handle;
    this.id = id;
  }

  /** The parent, if it is the process that says so, and lives; else null. */
  static @Nullable Jvm parent(long pid) {
    String id = ProcessId.of(pid); // first: nobody else can have been the parent then and after it
    Optional<ProcessHandle> parent = SELF.parent();
    boolean isParent = parent.isPresent() && parent.get().pid() == pid;
    return isParent && id != null ? new Jvm(parent.get(), id) : null;
  }

  /** Its {@link ProcessId}, taken while it lived: afterwards nobody can tell. */
  String id() {
    return id;
  }

  long pid() {
    return handle.pid();
  }

  /** Whether it executes nothing more. If the system does not tell, it may. */
  boolean isGone() {
    Optional<ProcessHandle> parent = SELF.parent();
    return parent.isPresent() && parent.get().pid() != handle.pid();
  }

  /** Waits for its end, so long. */
  boolean awaitEnd(long limitNanos) {
    long untilNanos = System.nanoTime() + limitNanos;
    while (!isGone()) {
      if (System.nanoTime() - untilNanos >= 0) {
        return false;
      }
      pause();
    }
    return true;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(1);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e); // nobody does that
    }
  }

  /** SIGKILL; the handle knows when the process began and takes no other for it. */
  void kill() {
    if (!isGone()) {
      handle.destroyForcibly();
    }
  }
}
