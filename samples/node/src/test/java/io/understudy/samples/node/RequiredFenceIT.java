package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A role that demands a fence, and a command that goes on when its member's process has ended. */
class RequiredFenceIT {
  private static final Duration LEASE = Duration.ofSeconds(1);

  /** A power switch; it says no while the file "broken" is there. */
  private static final String AGENT =
      """
      #!/bin/sh
      cd %s
      while IFS='=' read -r key value; do
        case $key in action) action=$value ;; nodename) target=$value ;; esac
      done
      echo "$action $target" >> agent.log
      case $action in
        off) test -e broken && { echo 'the switch says no' >&2; exit 1; }; touch off.$target ;;
        status) test -e off.$target && exit 2; exit 0 ;;
      esac
      """;

  @RegisterExtension final Processes processes = new Processes();

  private Cluster cluster;
  private Service service;
  private Path directory;
  private Reign first;

  @BeforeEach
  void start() {
    cluster = processes.cluster(LEASE, "n1", "n2", "n3");
    service = new Service(cluster);
    directory = cluster.stateDirectory("any").toAbsolutePath().getParent();
    Path agent = cluster.write("agent", AGENT.formatted(directory)).toAbsolutePath();
    assertTrue(agent.toFile().setExecutable(true));
    Map<String, String> options = new HashMap<>(service.options());
    options.putAll(
        Map.of("--exclusion", "stopped", "--require-fence", Cluster.FLAG, "--fence", "" + agent));
    cluster.startAll(options);
    first = cluster.awaitPeace();
    await("works").atMost(Cluster.PATIENCE).until(() -> service.worksOn(first.node()));
  }

  @Test
  void theNextLeaderWorksOnceTheAgentHasSwitchedOffAndSaidSo() throws IOException {
    first.node().kill();

    NodeProcess next = awaitNext().node();

    await("works elsewhere").atMost(Cluster.PATIENCE).until(() -> service.worksOn(next));
    String target = first.node().name();
    assertEquals(
        List.of("off " + target, "status " + target),
        Files.readAllLines(directory.resolve("agent.log")));
    Event answered = next.last(e -> e.is("fence")).orElseThrow();
    assertEquals("confirmed", answered.text("result"));
    assertEquals(target, answered.text("member"));
  }

  @Test
  void whileTheAgentFailsItWaitsForAnOperator() {
    cluster.write("broken", "");

    first.node().kill();

    await("somebody leads, waits and was told no")
        .atMost(Cluster.PATIENCE)
        .until(() -> cluster.others(first.node()).stream().anyMatch(RequiredFenceIT::wasToldNo));
    NodeProcess waiting =
        cluster.others(first.node()).stream().filter(RequiredFenceIT::wasToldNo).findAny().get();
    assertFalse(service.worksOn(waiting));

    HttpResponse<String> said = waiting.post("/ha/fenced/confirm?member=" + first.node().name());

    assertEquals(200, said.statusCode(), said.body());
    await("works").atMost(Cluster.PATIENCE).until(() -> service.worksOn(waiting));
  }

  private static boolean wasToldNo(NodeProcess node) {
    return node.last(e -> e.is("takeover") && e.text("waiting").equals("true")).isPresent()
        && node.last(e -> e.is("fence") && e.text("result").equals("failed")).isPresent();
  }

  private Reign awaitNext() {
    return cluster.awaitLeader(cluster.others(first.node()), first.epoch(), Cluster.PATIENCE);
  }
}
