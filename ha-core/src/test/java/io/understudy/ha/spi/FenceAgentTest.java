package io.understudy.ha.spi;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.spi.FenceHook.Scope;
import io.understudy.ha.spi.FenceResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that behaves like a fence agent, or does not; real processes. */
class FenceAgentTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final FenceRequest REQUEST =
      new FenceRequest("shop", "jobs", "n2", "ab12", "n1", 7, "n2 is silent");

  /** Plugs are files; one that is there has power. Misbehaves as the file {@code mood} says. */
  private static final String AGENT =
      """
      dir=%s
      plug= action= password=
      while IFS='=' read -r key value; do
        case $key in
          plug) plug=$value ;;
          action) action=$value ;;
          password) password=$value ;;
        esac
      done
      echo "$action $plug" >> $dir/calls
      mood=$(cat $dir/mood 2>/dev/null)
      case $mood in
        hangs) trap '' TERM; echo $$ >> $dir/pids; while :; do sleep 1; done ;;
        daemon) (setsid sh -c 'echo $$ >> '$dir'/pids; exec sleep 600' &) ; sleep 600 ;;
        floods) echo $$ >> $dir/pids; yes $password ;;
        talks) echo "login with $password failed"; exit 1 ;;
      esac
      case $action in
        off)
          case $mood in
            lies) ;;
            slow) (sleep 1; rm -f $dir/$plug) > /dev/null 2>&1 & ;;
            *) rm -f $dir/$plug ;;
          esac ;;
        status) [ "$mood" = confused ] && exit 1; [ -e $dir/$plug ] || exit 2 ;;
        monitor) [ -n "$plug" ] || { echo no plug; exit 1; } ;;
        *) echo unknown action; exit 1 ;;
      esac
      """;

  @TempDir Path directory;
  private Path script;

  @BeforeEach
  void plugIn() throws IOException {
    script = Files.writeString(directory.resolve("fence_test"), AGENT.formatted(directory));
    Files.writeString(directory.resolve("outlet7"), "");
    Files.writeString(directory.resolve("outlet8"), "");
  }

  /** What a hook that failed its test has left behind. */
  @AfterEach
  void endAll() throws IOException {
    Path pids = directory.resolve("pids");
    if (Files.exists(pids)) {
      for (String pid : Files.readAllLines(pids)) {
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  private CommandFenceHook agent() {
    return CommandFenceHook.agent(Scope.PROCESS, "sh", script.toString())
        .option("password", "hunter2")
        .optionFor("n2", "plug", "outlet7")
        .optionFor("n3", "plug", "outlet8");
  }

  private FenceResult fence(String mood, Duration limit) throws Exception {
    Files.writeString(directory.resolve("mood"), mood);
    return agent().fence(REQUEST, limit);
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(directory.resolve("calls"));
  }

  private boolean hasPower(String plug) {
    return Files.exists(directory.resolve(plug));
  }

  @Test
  void switchesOffWhatBelongsToTheTargetAndAsks() throws Exception {
    FenceResult result = fence("", LIMIT);

    assertEquals(FenceResult.confirmed("sh off, and its status says so"), result);
    assertEquals(List.of("off outlet7", "status outlet7"), calls());
    assertFalse(hasPower("outlet7"));
    assertTrue(hasPower("outlet8"));
    assertEquals(Outcome.CONFIRMED, agent().fence(REQUEST, LIMIT).outcome(), "once more");
  }

  @Test
  void waitsUntilTheStatusSaysOff() throws Exception {
    FenceResult result = fence("slow", LIMIT);

    assertEquals(Outcome.CONFIRMED, result.outcome());
    assertFalse(hasPower("outlet7"));
    assertTrue(calls().size() > 2, () -> "asked more than once");
  }

  @Test
  void anAgentThatOnlySaysSoHasFailed() throws Exception {
    FenceResult result = fence("lies", Duration.ofSeconds(2));

    assertEquals(Outcome.FAILED, result.outcome());
    assertTrue(result.detail().contains("its status says on"), result::detail);
  }

  @Test
  void aStatusThatFailsLeavesItOpen() throws Exception {
    FenceResult result = fence("confused", Duration.ofSeconds(2));

    assertEquals(Outcome.UNKNOWN, result.outcome());
    assertTrue(result.detail().contains("status ended with status 1"), result::detail);
  }

  /** Status 2 also says "wrong usage": without a successful off it proves nothing. */
  @Test
  void statusTwoOfAnAgentThatCouldNotSwitchOffIsNoProof() throws Exception {
    FenceResult result =
        CommandFenceHook.agent(Scope.PROCESS, "sh", "-c", "exit 2").fence(REQUEST, LIMIT);

    assertEquals(FenceResult.failed("sh off ended with status 2"), result);
  }

  @Test
  void oneThatIgnoresSigtermIsKilled() throws Exception {
    assertEquals(Outcome.UNKNOWN, fence("hangs", Duration.ofSeconds(1)).outcome());
    awaitGone();
  }

  /** It has left the tree of processes, and would switch off whoever lives there later. */
  @Test
  void whatItPutIntoTheBackgroundIsKilledToo() throws Exception {
    assertEquals(Outcome.UNKNOWN, fence("daemon", Duration.ofSeconds(1)).outcome());
    awaitGone();
  }

  @Test
  void aFloodOfOutputEndsAtTheLimitAndTellsNoSecret() throws Exception {
    FenceResult result = fence("floods", Duration.ofSeconds(1));

    assertEquals(Outcome.UNKNOWN, result.outcome());
    assertTrue(result.detail().length() <= FenceResult.MAX_DETAIL);
    assertFalse(result.detail().contains("hunter2"), result::detail);
    awaitGone();
  }

  @Test
  void aPasswordThatTheAgentRepeatsIsBlottedOut() throws Exception {
    assertEquals(
        FenceResult.failed("sh off ended with status 1, output: login with *** failed"),
        fence("talks", LIMIT));
  }

  private void awaitGone() throws IOException {
    List<String> pids = Files.readAllLines(directory.resolve("pids"));
    assertFalse(pids.isEmpty());
    for (String pid : pids) {
      await(pid)
          .atMost(LIMIT)
          .until(
              () -> ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isEmpty());
    }
  }

  /** Better none than somebody else's. */
  @Test
  void aTargetWithoutAPlugIsNotFenced() throws Exception {
    FenceRequest stranger = new FenceRequest("shop", "jobs", "n4", "", "n1", 7, "n4 is silent");

    FenceResult result = agent().fence(stranger, LIMIT);

    assertEquals(Outcome.FAILED, result.outcome());
    assertTrue(result.detail().contains("n4 has no plug, which [n2, n3] have"), result::detail);
    assertFalse(Files.exists(directory.resolve("calls")));
  }

  @Test
  void canBeTriedBeforeItIsNeeded() throws Exception {
    assertEquals(Optional.empty(), agent().monitor("n2", LIMIT));
    assertEquals(List.of("monitor outlet7"), calls());
    assertEquals(Optional.of("n4 has no plug"), agent().monitor("n4", LIMIT));
    assertEquals(
        Optional.of("sh monitor ended with status 1, output: no plug"),
        CommandFenceHook.agent(Scope.PROCESS, "sh", script.toString()).monitor("n2", LIMIT));
    assertTrue(hasPower("outlet7"));
  }

  @Test
  void itsActionAndItsProofAreNotForConfiguration() {
    assertThrows(IllegalArgumentException.class, () -> agent().option("action", "reboot"));
    assertThrows(IllegalStateException.class, () -> agent().exitZeroConfirms(Scope.PROCESS));
    assertEquals("sh", agent().name());
    assertEquals("left supply", agent().named("left supply").name());
  }
}
