package io.understudy.ha.internal.guardian;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A parent that is gone before the guardian has heard what it said last. */
class KeeperTest {
  @TempDir Path directory;

  private final PipedOutputStream pipe = new PipedOutputStream();
  private final PipedInputStream in = new PipedInputStream(pipe, 65_536);
  private final CompletableFuture<Integer> status = new CompletableFuture<>();
  private final Thread thread = new Thread(this::keep, "keeper");
  private final Duties duties = new Duties(thread);
  private final Intake intake = new Intake(in, new ByteArrayOutputStream(), duties);

  KeeperTest() throws IOException {}

  private void keep() {
    File state = directory.toFile();
    Report report = new Report("n1", new File(state, Report.FILE));
    try {
      Watchdog none = new Watchdog("", 1_000);
      // nobody is its own parent: by that it takes this process for gone
      Jvm gone = new Jvm(ProcessHandle.current(), "4711-12");
      Keeper.Setting setting = new Keeper.Setting(none, state, state);
      status.complete(new Keeper(gone, duties, intake, report, setting).keep());
    } catch (Throwable e) {
      status.completeExceptionally(e);
    }
  }

  private void say(String message) throws IOException {
    pipe.write(("\n" + message + "\n").getBytes(StandardCharsets.UTF_8));
    pipe.flush();
  }

  private void sayWhatIsAtWork() throws IOException {
    say("duty\tmain\t" + Duty.NEVER + "\t2000000000\ta\t3\tsh\t-c\ttouch stopped\t0");
  }

  private void startAndAwaitThatItWaits() {
    thread.start();
    await().until(() -> thread.getState() == Thread.State.TIMED_WAITING || status.isDone());
  }

  private boolean hasStopped() {
    return Files.exists(directory.resolve("stopped"));
  }

  /** Also when its end shows before anything of that was read. */
  @Test
  void stopsWhatTheParentTookUpJustBeforeItsEnd() throws Exception {
    sayWhatIsAtWork();
    pipe.close();
    startAndAwaitThatItWaits();

    intake.run();

    assertEquals(0, status.get(20, TimeUnit.SECONDS));
    assertTrue(hasStopped());
    assertTrue(Files.readString(directory.resolve(Report.FILE)).contains("while resources were"));
  }

  @Test
  void stopsNothingOfAParentThatSaidByeJustBeforeItsEnd() throws Exception {
    sayWhatIsAtWork();
    say("clear\tmain");
    say("bye");
    pipe.close();
    startAndAwaitThatItWaits();

    intake.run();

    assertEquals(0, status.get(20, TimeUnit.SECONDS));
    assertFalse(hasStopped());
  }

  /** Whoever inherited the pipe may hold it open for ever. */
  @Test
  void doesNotWaitForEverForTheEndOfThePipe() throws Exception {
    sayWhatIsAtWork();
    Thread listener = new Thread(intake);
    listener.setDaemon(true);
    listener.start();
    await().until(() -> !duties.toStop().isEmpty());

    thread.start();

    assertEquals(0, status.get(20, TimeUnit.SECONDS));
    assertTrue(hasStopped());
    assertTrue(Files.readString(directory.resolve(Report.FILE)).contains("may be unheard"));
  }

  /** Its end, or a zombie, has none: what it left in the midst of a run could not be found. */
  @Test
  void takesTheIdOfTheParentWhileThatLives() {
    long parent = ProcessHandle.current().parent().orElseThrow().pid();

    Jvm jvm = Jvm.parent(parent);

    assertNotNull(jvm);
    assertEquals(ProcessId.of(parent), jvm.id());
    assertNull(Jvm.parent(ProcessHandle.current().pid()));
  }
}
