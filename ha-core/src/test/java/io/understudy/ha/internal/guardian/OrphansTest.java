package io.understudy.ha.internal.guardian;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, noted as those of a process that is gone. */
class OrphansTest {
  private static final long LIMIT = TimeUnit.SECONDS.toNanos(10);
  private static final String GONE = "4711-12";

  @TempDir Path directory;

  private final List<Process> started = new ArrayList<>();
  private final List<Long> more = new ArrayList<>();

  @AfterEach
  void endAll() {
    started.forEach(Process::destroyForcibly);
    more.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
  }

  /** Starts a script and returns the process that it names in a file. */
  private long start(String run, String script) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", script).directory(directory.toFile());
    builder.environment().put(Orphans.VARIABLE, run);
    builder.environment().put("PID", run);
    started.add(builder.start());
    Path file = directory.resolve(run);
    await().until(() -> Files.exists(file));
    long pid = Long.parseLong(Files.readString(file).strip());
    more.add(pid);
    return pid;
  }

  private static final String BACKGROUND = "setsid sleep 600 & echo $! > new; mv new $PID; ";

  private static byte[] slot(String text) {
    return Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), RunFile.SLOT);
  }

  private List<File> noted(String... slots) throws IOException {
    Path file = directory.resolve(RunFile.name(GONE, 1));
    byte[] bytes = new byte[RunFile.SLOT * RunFile.SLOTS];
    for (int i = 0; i < slots.length; i++) {
      System.arraycopy(slot(slots[i]), 0, bytes, (i + 1) * RunFile.SLOT, RunFile.SLOT);
    }
    Files.write(file, bytes);
    return RunFile.of(directory.toFile(), GONE);
  }

  /** A daemon of a run that had ended is the resource itself: to be stopped, not to be killed. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void killsAllOfARunThatWasUnderWayAndNothingOfOneThatHadEnded() throws IOException {
    long daemon = start("ended", BACKGROUND);
    long begun = start("underway", BACKGROUND + "sleep 600");
    Process command = started.get(1);

    Orphans orphans = Orphans.of(noted("underway"));

    assertTrue(orphans.end(LIMIT));
    assertTrue(orphans.killed().containsAll(List.of(begun, command.pid())), orphans::toString);
    assertNull(ProcessId.of(begun));
    assertFalse(command.isAlive());
    assertNotNull(ProcessId.of(daemon));
  }

  /** Where no environment shows, the command and its descendants are known by number and time. */
  @Test
  void killsTheCommandByItsIdToo() throws IOException {
    start("underway", "sleep 600 & echo $! > new; mv new $PID; wait");
    Process command = started.get(0);
    String id = Objects.requireNonNull(ProcessId.of(command.pid()));

    Orphans wrong = Orphans.of(noted("another " + command.pid() + "-1"));
    assertTrue(wrong.end(LIMIT));
    assertEquals(List.of(), wrong.killed(), "another process of that number");

    Orphans orphans = Orphans.of(noted("another " + id));
    assertTrue(orphans.end(LIMIT));

    assertEquals(2, orphans.killed().size());
    await().until(() -> !command.isAlive());
  }

  /** The JDK's helper shows nothing of the command until it has turned into it. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void waitsForAStartThatIsStillInTheHelper() throws Exception {
    Path helper = directory.resolve("jspawnhelper");
    Files.copy(Path.of("/bin/sh").toRealPath(), helper, StandardCopyOption.COPY_ATTRIBUTES);
    Path script = directory.resolve("helper.sh");
    Files.writeString(
        script, "while [ ! -e go ]; do sleep 0.02; done; HA_RUN=underway exec sleep 600");
    Process command =
        new ProcessBuilder(helper.toString(), script.toString())
            .directory(directory.toFile())
            .start();
    started.add(command);
    await().until(() -> command.info().command().orElse("").endsWith("jspawnhelper"));
    CompletableFuture<Boolean> ended =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Orphans.of(noted("underway")).end(LIMIT);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    assertThrows(TimeoutException.class, () -> ended.get(1500, TimeUnit.MILLISECONDS));

    Files.createFile(directory.resolve("go"));

    assertTrue(ended.get());
    assertEquals(137, command.waitFor());
  }

  /** This JVM may have been started by what was under way. */
  @Test
  void sparesItself() throws IOException {
    ProcessHandle self = ProcessHandle.current();
    String id = Objects.requireNonNull(ProcessId.of(self.pid()));
    Process guardian = new ProcessBuilder("sleep", "600").start();
    started.add(guardian);
    Orphans orphans = Orphans.of(noted("another " + id));
    orphans.spare(guardian.toHandle());

    assertTrue(orphans.end(LIMIT));

    assertFalse(orphans.killed().contains(guardian.pid()));
    assertTrue(guardian.isAlive());
  }

  /** Two groups end them at once. */
  @Test
  void takesAFileThatHasGoneForNothing() throws IOException {
    List<File> files = noted("underway");
    files.get(0).delete();

    assertTrue(Orphans.of(files).isEmpty());
  }

  @Test
  void oneLookWithoutAnythingSufficesAtTheLimit() throws IOException {
    assertTrue(Orphans.of(noted("another 4711-1")).end(0));
  }

  @Test
  void forgetsTheFilesAtTheEnd() throws IOException {
    Orphans none = Orphans.of(noted());
    assertTrue(none.isEmpty());
    assertTrue(none.end(0));
    assertEquals(1, RunFile.all(directory.toFile()).size());
    assertEquals(0, RunFile.of(directory.toFile(), "471").size());

    none.forget();

    assertEquals(List.of(), RunFile.all(directory.toFile()));
  }

  @Test
  void aProcessIsKnownByItsBeginning() {
    long pid = ProcessHandle.current().pid();
    String id = Objects.requireNonNull(ProcessId.of(pid));

    assertEquals(ProcessHandle.current(), ProcessId.find(id));
    assertNull(ProcessId.find(id + "0"));
    assertNull(ProcessId.find("" + pid));
    assertNull(ProcessId.find(""));
    assertNull(ProcessId.find("x-1"));
  }
}
