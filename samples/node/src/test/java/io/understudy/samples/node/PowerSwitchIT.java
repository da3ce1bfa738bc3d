package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.understudy.samples.node.Cluster.Reign;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two members without a third vote and without a guardian, each with a command that outlives its
 * process, and a power switch.
 */
@Tag("fault")
class PowerSwitchIT {
  private static final Duration LEASE = Duration.ofSeconds(1);

  @RegisterExtension final Processes processes = new Processes();

  private Cluster cluster;
  private Service service;
  private PowerSwitch power;
  private Map<String, String> options;
  private Reign first;
  private NodeProcess other;

  private void start(Map<String, String> changes) {
    cluster = processes.cluster(LEASE, "n1", "n2");
    service = new Service(cluster);
    power = new PowerSwitch(cluster, service);
    options = new HashMap<>(power.options());
    options.putAll(changes);
    List.of("n1", "n2").forEach(name -> power.start(name, options));
    first = cluster.awaitPeace();
    other = cluster.others(first.node()).get(0);
    await("works").atMost(Cluster.PATIENCE).until(() -> service.worksOn(first.node()));
  }

  /** One call frees the promise to the leader, and lets the next one's command start. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFrozenLeaderIsSwitchedOffAndItsCommandStartsElsewhere(boolean required) {
    start(required ? Map.of("--require-fence", Cluster.FLAG) : Map.of());
    String target = first.node().name();

    first.node().signal("STOP");

    Reign second = cluster.awaitLeader(List.of(other), first.epoch(), Cluster.PATIENCE);
    await("works elsewhere").atMost(Cluster.PATIENCE).until(() -> service.worksOn(other));
    assertFalse(first.node().isAlive());
    assertEquals(List.of("off " + target, "status " + target), power.log());
    Event concluded = other.last(e -> e.is("fence-concluded")).orElseThrow();
    assertEquals("machine confirmed", concluded.text("scope") + " " + concluded.text("result"));
    assertEquals(List.of(), service.overlaps());

    power.start(target, options);
    assertEquals(second, cluster.awaitPeace());
    assertEquals(List.of(), service.overlaps());
  }

  /** The same switch, of which it is not said that it takes more than the process. */
  @Test
  void whereAFenceEndsProcessesOnlyTheCommandWaits() {
    start(Map.of("--fence-scope", "process"));

    first.node().signal("STOP");

    await("leads, and waits")
        .atMost(Cluster.PATIENCE)
        .until(() -> waiting().contains("the fence hook ends processes"));
    assertFalse(first.node().isAlive());
    assertFalse(service.worksOn(other));

    power.start(first.node().name(), options);
    await("its word").atMost(Cluster.PATIENCE).until(() -> service.worksOn(other));
    assertEquals(List.of(), service.overlaps());
  }

  private String waiting() {
    return other.last(e -> e.is("takeover")).map(e -> e.text("reason")).orElse("");
  }
}
