package io.understudy.ha;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that are really run. */
class CommandResourceTest {
  private static final Leadership HELD = new HeldLeadership();

  @TempDir Path directory;

  private CommandResource resource(String script) throws IOException {
    Path file = directory.resolve("agent.sh");
    Files.writeString(file, script);
    return CommandResource.lsb("sh", file.toString()).with("DIR", directory.toString());
  }

  @Test
  void callsStartStatusAndStopWithTheLeadership() throws Exception {
    CommandResource agent =
        resource("echo \"$1 $HA_ROLE $HA_EPOCH\" >> $DIR/log; [ $1 != status ] || exit 3");
    agent.start(HELD);
    IOException stopped = assertThrows(IOException.class, agent::check);
    agent.stop();
    assertTrue(String.valueOf(stopped.getMessage()).contains("says that it is stopped, status 3"));
    assertEquals(
        List.of("start main 7", "status main 7", "stop main 7"),
        Files.readAllLines(directory.resolve("log")));
    assertTrue(agent.outlivesProcess());
  }

  @Test
  void asksOcfAgentsToMonitor() throws Exception {
    Path file = directory.resolve("agent.sh");
    Files.writeString(file, "echo \"$1 $OCF_RESKEY_ip\"; exit 7");
    CommandResource agent =
        CommandResource.ocf("sh", file.toString()).with("OCF_RESKEY_ip", "10.0.0.9");
    IOException stopped = assertThrows(IOException.class, agent::check);
    assertTrue(String.valueOf(stopped.getMessage()).contains("monitor says that it is stopped"));
    IOException failed = assertThrows(IOException.class, () -> agent.start(HELD));
    assertTrue(
        String.valueOf(failed.getMessage()).contains("status 7 (stopped), output: start 10.0.0.9"),
        failed::toString);
  }

  /** The OCF standard has two ways to say that all is well, and names what went wrong. */
  @Test
  void knowsTheExitCodesOfOcfAgents() throws Exception {
    Path file = directory.resolve("agent.sh");
    Files.writeString(file, "[ $1 = monitor ] && exit 8; [ -d $OCF_ROOT ] || exit 6; exit 5");
    CommandResource agent = CommandResource.ocf("sh", file.toString()).with("OCF_ROOT", "/");

    agent.check();

    IOException missing = assertThrows(IOException.class, () -> agent.start(HELD));
    assertTrue(
        String.valueOf(missing.getMessage()).contains("status 5 (not installed)"),
        missing::toString);
  }

  /** To an init script 8 is a failure like any other. */
  @Test
  void doesNotTakeTheCodesOfOneStyleForThoseOfTheOther() throws Exception {
    assertThrows(IOException.class, resource("exit 8")::check);
    IOException failed = assertThrows(IOException.class, resource("exit 7")::check);
    assertTrue(String.valueOf(failed.getMessage()).contains("status 7"), failed::toString);
  }

  /** What the command has started ends with it: nothing goes on behind our back. */
  @Test
  void isKilledWhenItsCallIsInterrupted() throws Exception {
    CommandResource agent =
        resource("sleep 600 & echo $! > $DIR/pid.new; mv $DIR/pid.new $DIR/pid; wait");
    CountDownLatch ended = new CountDownLatch(1);
    Thread caller =
        new Thread(
            () -> {
              try {
                agent.start(HELD);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              } catch (InterruptedException e) {
                ended.countDown();
              }
            });
    caller.start();
    Path file = directory.resolve("pid");
    Awaitility.await().until(() -> Files.exists(file));
    caller.interrupt();
    ended.await();
    long pid = Long.parseLong(Files.readString(file).strip());
    Awaitility.await()
        .until(() -> ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false).equals(false));
    assertFalse(Thread.interrupted());
  }

  @Test
  void aCommandIsWanted() {
    assertThrows(IllegalArgumentException.class, CommandResource::lsb);
    assertThrows(IllegalArgumentException.class, () -> CommandResource.ocf(" "));
  }
}
