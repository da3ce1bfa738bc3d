package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.internal.guardian.GuardianMain;
import io.understudy.ha.internal.guardian.Orphans;
import io.understudy.ha.internal.guardian.RunFile;
import io.understudy.ha.internal.guardian.RunPlace;
import io.understudy.ha.spi.CommandRun;
import io.understudy.ha.spi.RunLedger;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RunNotesTest {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  @TempDir Path directory;

  private final Thread caller = new Thread(this::call);
  private RunNotes notes;
  private volatile CommandRun came;

  @AfterEach
  void end() throws InterruptedException {
    caller.interrupt();
    caller.join();
    files().forEach(RunPlace::delete);
  }

  private void call() {
    CommandRun.noteIn(notes);
    String script = "touch begun; while [ ! -e go ]; do sleep 0.05; done";
    try {
      came =
          CommandRun.of(List.of("sh", "-c", "cd " + directory + ";" + script), Map.of(), "", LIMIT);
    } catch (IOException | InterruptedException e) {
      return; // killed
    }
  }

  private List<File> files() {
    return RunFile.all(directory.toFile());
  }

  private boolean nothingIsUnderWay() throws IOException {
    return Orphans.of(files()).isEmpty();
  }

  private void begin() {
    notes = new RunNotes("n1", directory);
    caller.start();
    await().until(() -> Files.exists(directory.resolve("begun")));
  }

  /** What another process reads in the file while the run goes on. */
  @Test
  void noteARunUntilItHasEnded() throws Exception {
    begin();
    assertFalse(nothingIsUnderWay());
    notes.close();
    assertEquals(1, files().size());

    Files.createFile(directory.resolve("go"));
    caller.join();

    assertTrue(came.ended());
    assertTrue(nothingIsUnderWay());
    notes.close();
    assertEquals(List.of(), files());
  }

  @Test
  void noteAKilledRunNoLonger() throws Exception {
    begin();

    caller.interrupt();
    caller.join();

    assertTrue(nothingIsUnderWay());
  }

  /** Those of this process are no orphans, though another node of it may have begun them. */
  @Test
  void endWhatAnEarlierProcessHasBegun() throws Exception {
    begin();
    new RunNotes("n1", directory).endEarlier();
    assertTrue(caller.isAlive());
    File now = files().get(0);
    File earlier = new File(now.getParentFile(), RunFile.name("4711-12", 1));
    assertTrue(now.renameTo(earlier)); // as if another process had written it
    assertEquals(1, files().size());

    new RunNotes("n1", directory).endEarlier();

    caller.join(TimeUnit.SECONDS.toMillis(20));
    assertFalse(caller.isAlive());
    assertEquals(137, came.status());
    assertEquals(List.of(), files());
  }

  @Test
  void refuseWhatTheyHaveNoRoomFor() throws IOException {
    notes = new RunNotes("n1", directory);
    for (int i = 0; i < RunFile.SLOTS; i++) {
      notes.begins("run-" + i);
    }
    assertThrows(IOException.class, () -> notes.begins("one more"));
    notes.ofStops().begins("a stop is never refused");

    notes.ended("run-7");

    notes.begins("one more");
  }

  /** Not the state directory's disk, which may hang. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void areInMemoryForThisUserAlone() throws IOException {
    notes = new RunNotes("n1", directory);
    notes.begins("run");

    Path file = files().get(0).toPath();
    assertTrue(file.startsWith("/dev/shm"), file::toString);
    Path own = file.getParent();
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(own)));
    try (Stream<Path> onDisk = Files.list(directory)) {
      assertEquals(List.of(), onDisk.toList());
    }

    notes.ended("run");
    notes.close();
    assertFalse(Files.exists(own));
  }

  /** It is somebody else's, or full: better notes on a disk than none. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void areInTheStateDirectoryWhereThePlaceInMemoryIsOfNoUse() throws IOException {
    notes = new RunNotes("n1", directory);
    notes.begins("run");
    Path place = files().get(0).toPath().getParent();
    notes.ended("run");
    notes.close();
    Files.createFile(place); // no directory of this user

    notes = new RunNotes("n1", directory);
    try {
      notes.begins("another");

      assertEquals(directory, files().get(0).toPath().getParent());
    } finally {
      Files.deleteIfExists(place);
    }
  }

  /** As with a class loader for each deployment of an application, and a run that goes on. */
  @Test
  void aSecondNodeLeavesThoseOfTheFirst() throws IOException {
    notes = new RunNotes("n1", directory);
    notes.begins("first");
    RunNotes second = new RunNotes("n1", directory);

    second.begins("second");

    assertEquals(2, files().size());
    second.ended("second");
    second.close();
    assertFalse(nothingIsUnderWay());
  }

  /** An interrupt is how a call that has overrun its time is ended. */
  @Test
  void surviveAnInterrupt() throws IOException {
    notes = new RunNotes("n1", directory);
    Thread.currentThread().interrupt();
    notes.begins("interrupted");
    notes.ended("interrupted");
    assertTrue(Thread.interrupted());

    notes.begins("next");

    assertFalse(nothingIsUnderWay());
  }

  @Test
  void deleteThoseOfEndedProcessesInWhichNothingIsUnderWay() throws IOException {
    notes = new RunNotes("n1", directory);
    byte[] none = new byte[RunFile.SLOT];
    byte[] one = Arrays.copyOf("run".getBytes(StandardCharsets.US_ASCII), RunFile.SLOT);
    File ended = RunPlace.create(directory.toFile(), "4711-12", none);
    File underWay = RunPlace.create(directory.toFile(), "4711-13", one);

    notes.begins("run");

    assertFalse(ended.exists());
    assertTrue(underWay.exists());
  }

  /** The start fails when no thread can be had that waits for its end, but the command runs. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aCommandWhoseStartFailedHalfwayIsKilled() {
    AtomicLong begun = new AtomicLong();
    RunLedger failing =
        new RunLedger() {
          @Override
          public void begins(String run) {}

          @Override
          public void began(String run, long pid) {
            begun.set(pid);
            throw new OutOfMemoryError("made by the test");
          }

          @Override
          public void ended(String run) {
            assertFalse(ProcessHandle.of(begun.get()).map(ProcessHandle::isAlive).orElse(false));
            begun.set(-1);
          }
        };
    CommandRun.noteIn(failing);
    try {
      assertThrows(
          OutOfMemoryError.class,
          () -> CommandRun.of(List.of("sleep", "600"), Map.of(), "", LIMIT));
      assertEquals(-1, begun.get());
    } finally {
      CommandRun.noteIn(RunLedger.NONE);
    }
  }

  /** It was killed in the midst of a stop, which would go on under the next leader. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void endTheStopOfAGuardianThatIsGone() throws Exception {
    Files.writeString(directory.resolve(GuardianMain.LOCK), "4711-12");
    ProcessBuilder builder = new ProcessBuilder("sleep", "600");
    builder.environment().put("HA_RUN", "guardian-4711-12-34");
    Process stop = builder.start();
    builder.environment().put("HA_RUN", "guardian-4711-123-4");
    Process another = builder.start();
    try {
      notes = new RunNotes("n1", directory);
      Files.writeString(directory.resolve(GuardianMain.LOCK), "the next one");

      notes.endEarlier();

      assertEquals(137, stop.waitFor());
      assertTrue(another.isAlive());
    } finally {
      stop.destroyForcibly();
      another.destroyForcibly();
    }
  }

  /** A program that could not be noted is not started: nobody could find it afterwards. */
  @Test
  void nothingStartsThatCannotBeNoted() {
    RunLedger full =
        new RunLedger() {
          @Override
          public void begins(String run) throws IOException {
            throw new IOException("disk full");
          }

          @Override
          public void began(String run, long pid) {}

          @Override
          public void ended(String run) {}
        };
    CommandRun.noteIn(full);
    try {
      Path file = directory.resolve("started");
      assertThrows(
          IOException.class,
          () -> CommandRun.of(List.of("touch", file.toString()), Map.of(), "", LIMIT));
      assertFalse(Files.exists(file));
    } finally {
      CommandRun.noteIn(RunLedger.NONE);
    }
  }
}
