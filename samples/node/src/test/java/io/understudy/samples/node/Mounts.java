package io.understudy.samples.node;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * File systems that a test mounts, and that are gone after it. Tests are skipped, with the reason,
 * where mounting is not possible. Registered before {@link Processes}, so that processes end first.
 */
final class Mounts implements ExecutionCondition, BeforeEachCallback, AfterEachCallback {
  private static final int BLOCK_BYTES = 4096;

  private final Deque<Path> mounted = new ArrayDeque<>();
  private final Thread hook = new Thread(this::unmountAll);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    try {
      Path trial = Files.createTempDirectory("ha-mount");
      try {
        smallDisk(trial);
      } finally {
        unmountAll();
        Files.delete(trial);
      }
      return ConditionEvaluationResult.enabled("file systems can be mounted");
    } catch (IOException | RuntimeException e) {
      return ConditionEvaluationResult.disabled("mounting needs root, and here it fails: " + e);
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    unmountAll();
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  /** A disk of a quarter of a megabyte in memory. */
  void smallDisk(Path at) {
    try {
      Files.createDirectories(at);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Shell.run("mount", "-t", "tmpfs", "-o", "size=256k", "ha-small-disk", at.toString());
    mounted.push(at);
  }

  /** Nothing can be written there any more, until it is unmounted. */
  void readOnly(Path at) {
    Shell.run("mount", "--bind", at.toString(), at.toString());
    mounted.push(at);
    Shell.run("mount", "-o", "remount,bind,ro", at.toString());
  }

  /** Takes the latest mount there away. */
  void unmount(Path at) {
    mounted.remove(at);
    Shell.run("umount", "--lazy", at.toString());
  }

  /** Leaves not one block free. */
  static void fill(Path disk) {
    try (OutputStream out = Files.newOutputStream(disk.resolve("filler"))) {
      byte[] block = new byte[BLOCK_BYTES];
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static void makeRoom(Path disk) {
    try {
      Files.delete(disk.resolve("filler"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void unmountAll() {
    while (!mounted.isEmpty()) {
      unmount(mounted.peek());
    }
  }
}
