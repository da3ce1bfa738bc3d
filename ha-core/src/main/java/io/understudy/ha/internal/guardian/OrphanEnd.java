package io.understudy.ha.internal.guardian;

import java.io.File;
import java.io.IOException;
import java.util.List;

/** Before anything is stopped: ends the commands that the parent left in the midst of a run. */
final class OrphanEnd implements Runnable {
  private final List<File> files;
  private final Report report;
  private final long limitNanos;

  OrphanEnd(List<File> files, Report report, long limitNanos) {
    this.files = files;
    this.report = report;
    this.limitNanos = limitNanos;
  }

  @Override
  public void run() {
    try {
      end(Orphans.of(files));
    } catch (IOException | RuntimeException | OutOfMemoryError e) { // the stops must have a turn
      report.fail("the commands that were under way could not be ended: ", e.toString());
    }
  }

  private void end(Orphans orphans) {
    long began = System.nanoTime();
    boolean gone = orphans.end(limitNanos);
    List<Long> killed = orphans.killed();
    if (gone) {
      orphans.forget();
    }
    if (!killed.isEmpty()) {
      report.say(
          "killed what was under way of resource commands, so that it begins nothing any more:",
          " processes ",
          killed.toString(),
          ", took ",
          Report.millis(System.nanoTime() - began));
    }
    if (!gone) {
      report.fail("of these some were NOT GONE after ", Report.millis(limitNanos));
    }
  }
}
