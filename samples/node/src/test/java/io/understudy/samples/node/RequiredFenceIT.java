package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.understudy.samples.node.Cluster.Reign;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A role that demands a fence, and a command that goes on when its member's process has ended. */
@Tag("fault")
class RequiredFenceIT {
  private static final Duration LEASE = Duration.ofSeconds(1);

  @RegisterExtension final Processes processes = new Processes();

  private Cluster cluster;
  private Service service;
  private PowerSwitch power;
  private Reign first;

  @BeforeEach
  void start() {
    cluster = processes.cluster(LEASE, "n1", "n2", "n3");
    service = new Service(cluster);
    power = new PowerSwitch(cluster, service);
    Map<String, String> options = new HashMap<>(power.options());
    options.put("--require-fence", Cluster.FLAG);
    List.of("n1", "n2", "n3").forEach(name -> power.start(name, options));
    first = cluster.awaitPeace();
    await("works").atMost(Cluster.PATIENCE).until(() -> service.worksOn(first.node()));
  }

  @Test
  void theNextLeaderWorksOnceTheAgentHasSwitchedOffAndSaidSo() {
    first.node().kill();

    NodeProcess next = awaitNext().node();

    await("works elsewhere").atMost(Cluster.PATIENCE).until(() -> service.worksOn(next));
    String target = first.node().name();
    assertEquals(List.of("off " + target, "status " + target), power.log());
    Event answered = next.last(e -> e.is("fence")).orElseThrow();
    assertEquals("confirmed", answered.text("result"));
    assertEquals(target, answered.text("member"));
    assertEquals(List.of(), service.overlaps());
  }

  @Test
  void whileTheAgentFailsItWaitsForAnOperator() {
    power.fail();

    first.node().kill();

    await("somebody leads, waits and was told no")
        .atMost(Cluster.PATIENCE)
        .until(() -> cluster.others(first.node()).stream().anyMatch(RequiredFenceIT::wasToldNo));
    NodeProcess waiting =
        cluster.others(first.node()).stream().filter(RequiredFenceIT::wasToldNo).findAny().get();
    assertFalse(service.worksOn(waiting));

    String word = "/ha/fenced/confirm?member=" + first.node().name();
    assertEquals(409, waiting.post(word + "&role=other").statusCode(), "no such role");
    await("whoever has just started cannot know yet who is silent")
        .atMost(Cluster.PATIENCE)
        .until(() -> waiting.post(word).statusCode() == 200);
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
