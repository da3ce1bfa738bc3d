package io.understudy.ha.spi;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.spi.FenceResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that work, fail, hang, and are not there; real processes. */
class CommandFenceHookTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final FenceRequest REQUEST =
      new FenceRequest("shop", "jobs", "n2", "ab12", "n1", 7, "n2 is silent");

  @TempDir Path directory;

  private static CommandFenceHook shell(String script) {
    return CommandFenceHook.running("sh", "-c", script);
  }

  private static FenceResult run(CommandFenceHook hook) throws InterruptedException {
    return hook.fence(REQUEST, LIMIT);
  }

  @Test
  void exitZeroConfirmsOnlyWhenThatIsConfigured() throws InterruptedException {
    CommandFenceHook hook = shell("echo is off");

    assertEquals(Outcome.UNKNOWN, run(hook).outcome());
    FenceResult result = run(hook.exitZeroConfirms(FenceHook.Scope.PROCESS));

    assertEquals(Outcome.CONFIRMED, result.outcome());
    assertTrue(result.detail().contains("output: is off"), result::detail);
  }

  @Test
  void confirmsNoProcessUnlessThatIsConfigured() {
    assertEquals(FenceHook.Scope.RESOURCE, shell("true").scope());
    assertEquals(
        FenceHook.Scope.PROCESS, shell("true").exitZeroConfirms(FenceHook.Scope.PROCESS).scope());
  }

  @Test
  void anotherExitStatusIsAFailure() throws InterruptedException {
    FenceResult result =
        run(shell("echo no power; exit 3").exitZeroConfirms(FenceHook.Scope.PROCESS));

    assertEquals(Outcome.FAILED, result.outcome());
    assertEquals("sh ended with status 3, output: no power", result.detail());
  }

  @Test
  void aCommandThatIsNotThereIsAFailure() throws InterruptedException {
    FenceResult result = run(CommandFenceHook.running(directory.resolve("none").toString()));

    assertEquals(Outcome.FAILED, result.outcome());
  }

  /** Options are on standard input and nowhere else; those for one target override. */
  @Test
  void getsItsOptionsAsLinesAndTheRestAsEnvironment() throws Exception {
    Path seen = directory.resolve("seen");
    CommandFenceHook hook =
        shell("{ cat; echo $HA_FENCE_TARGET $HA_FENCE_INCARNATION $HA_FENCE_EPOCH; } > " + seen)
            .option("action", "off")
            .option("ip", "10.0.0.1")
            .optionFor("n2", "ip", "10.0.0.2")
            .optionFor("n1", "ip", "10.0.0.3")
            .exitZeroConfirms(FenceHook.Scope.PROCESS);

    assertEquals(Outcome.CONFIRMED, run(hook).outcome());

    assertEquals("action=off\nip=10.0.0.2\nnodename=n2\nn2 ab12 7\n", Files.readString(seen));
  }

  /** What the command started is ended too, so that no late power-off follows. */
  @Test
  void aCommandThatHangsIsKilledWithItsChildren() throws Exception {
    Path pids = directory.resolve("pids");
    CommandFenceHook hook =
        shell("sleep 600 & echo $$ $! > " + pids + "; wait")
            .exitZeroConfirms(FenceHook.Scope.PROCESS);

    FenceResult result = hook.fence(REQUEST, Duration.ofMillis(700));

    assertEquals(Outcome.UNKNOWN, result.outcome());
    awaitGone(pids);
  }

  @Test
  void anInterruptEndsTheCommand() throws Exception {
    Path pids = directory.resolve("pids");
    CommandFenceHook hook = shell("echo $$ > " + pids + "; sleep 600");
    Thread caller =
        new Thread(() -> assertThrows(InterruptedException.class, () -> run(hook)), "caller");
    caller.start();
    await().atMost(LIMIT).until(() -> Files.exists(pids) && Files.size(pids) > 0);

    caller.interrupt();

    caller.join(LIMIT.toMillis());
    awaitGone(pids);
  }

  private static void awaitGone(Path pids) throws IOException {
    for (String pid : Files.readString(pids).strip().split(" ", -1)) {
      await(pid)
          .atMost(LIMIT)
          .until(
              () -> ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isEmpty());
    }
  }

  /** More than a pipe holds. */
  @Test
  void muchOutputBlocksNothing() throws InterruptedException {
    CommandFenceHook hook =
        shell("head -c 1000000 /dev/zero | tr '\\0' x; echo; echo the end")
            .exitZeroConfirms(FenceHook.Scope.PROCESS);

    FenceResult result = run(hook);

    assertEquals(Outcome.CONFIRMED, result.outcome());
    assertTrue(result.detail().endsWith("the end"), result::detail);
    assertTrue(result.detail().length() <= FenceResult.MAX_DETAIL);
  }

  @Test
  void refusesWhatWouldBeReadAsAnotherOption() {
    CommandFenceHook hook = shell("true");

    assertThrows(IllegalArgumentException.class, () -> hook.option("a=b", "c"));
    assertThrows(IllegalArgumentException.class, () -> hook.option("a", "b\nport=9"));
    assertThrows(IllegalArgumentException.class, () -> hook.option(" ", "b"));
    assertThrows(IllegalArgumentException.class, CommandFenceHook::running);
  }

  @Test
  void tellsNoSecrets() {
    assertEquals(
        "CommandFenceHook[sh, RESOURCE]", shell("true").option("password", "x").toString());
  }
}
