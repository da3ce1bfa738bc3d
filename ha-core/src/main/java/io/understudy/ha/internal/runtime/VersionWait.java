package io.understudy.ha.internal.runtime;

import io.understudy.ha.RegisterVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Those who wait for a register version to be reached. Threadsafe. */
final class VersionWait {
  private final NavigableMap<RegisterVersion, List<CompletableFuture<RegisterVersion>>> waiting =
      new TreeMap<>();
  private final Executor answers;
  private RegisterVersion reached = RegisterVersion.NONE;

  VersionWait(Executor answers) {
    this.answers = answers;
  }

  CompletableFuture<RegisterVersion> until(RegisterVersion version) {
    CompletableFuture<RegisterVersion> future = new CompletableFuture<>();
    synchronized (waiting) {
      if (version.isNewerThan(reached)) {
        waiting.computeIfAbsent(version, v -> new ArrayList<>()).add(future);
        return future;
      }
    }
    future.complete(version);
    return future;
  }

  void reach(RegisterVersion version) {
    List<CompletableFuture<RegisterVersion>> done = new ArrayList<>();
    synchronized (waiting) {
      if (!version.isNewerThan(reached)) {
        return;
      }
      reached = version;
      waiting.headMap(version, true).values().forEach(done::addAll);
      waiting.headMap(version, true).clear();
    }
    done.forEach(future -> future.completeAsync(() -> version, answers));
  }

  void fail(RuntimeException failure) {
    List<CompletableFuture<RegisterVersion>> failed = new ArrayList<>();
    synchronized (waiting) {
      waiting.values().forEach(failed::addAll);
      waiting.clear();
    }
    if (!failed.isEmpty()) {
      answers.execute(() -> failed.forEach(future -> future.completeExceptionally(failure)));
    }
  }
}
