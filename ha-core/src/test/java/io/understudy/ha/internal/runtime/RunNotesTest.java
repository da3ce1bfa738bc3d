package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.internal.guardian.Orphans;
import io.understudy.ha.internal.guardian.RunFile;
import io.understudy.ha.spi.CommandRun;
import io.understudy.ha.spi.RunLedger;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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
    File earlier = directory.resolve(RunFile.name("4711-12", 1)).toFile();
    assertTrue(files().get(0).renameTo(earlier)); // as if another process had written it

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

    notes.ended("run-7");

    notes.begins("one more");
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
