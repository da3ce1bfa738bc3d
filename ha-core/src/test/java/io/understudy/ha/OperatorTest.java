package io.understudy.ha;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaEvent.Operation;
import io.understudy.ha.HaEvent.Operation.Stage;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operations through the API and JMX, and who is told to have asked. */
class OperatorTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path directory;

  private final List<HaEvent> events = new CopyOnWriteArrayList<>();
  private HaNode node;

  @BeforeEach
  void start() throws Exception {
    String port = FreePorts.of(1).get(0).toString();
    node =
        HaNode.builder()
            .cluster("operated")
            .member("n1")
            .roster("n1")
            .bind("127.0.0.1:" + port)
            .peers("127.0.0.1:" + port)
            .state(directory)
            .secret(Secret.of("one node has this secret"))
            .timing(Timing.ofLease(Duration.ofSeconds(1)))
            .role(RoleSpec.named("main"))
            .listener(events::add)
            .start();
    node.role("main").orElseThrow().awaitLeadership(LONG);
  }

  @AfterEach
  void close() {
    node.close();
  }

  private List<String> told(String by) {
    return events.stream()
        .filter(event -> event instanceof Operation operation && operation.by().equals(by))
        .map(event -> (Operation) event)
        .map(operation -> operation.operation() + " " + operation.stage().label())
        .toList();
  }

  private Operation refusal() {
    await("refused")
        .atMost(LONG)
        .until(
            () ->
                events.stream()
                    .anyMatch(e -> e instanceof Operation o && o.stage() == Stage.REFUSED));
    return events.stream()
        .filter(e -> e instanceof Operation o && o.stage() == Stage.REFUSED)
        .map(e -> (Operation) e)
        .findFirst()
        .orElseThrow();
  }

  private static <T> OperationRefusedException refusalOf(CompletionStage<T> stage) {
    CompletionException failed =
        assertThrows(CompletionException.class, () -> stage.toCompletableFuture().join());
    return (OperationRefusedException) failed.getCause();
  }

  @Test
  void tellsWhoAskedAndWhatCameOfIt() {
    node.operator("ann at the console").resign("main").toCompletableFuture().join();

    await("told")
        .atMost(LONG)
        .until(
            () ->
                told("ann at the console")
                    .equals(List.of("resignation of main asked", "resignation of main done")));
  }

  @Test
  void tellsOfARefusalWithItsReason() {
    OperationRefusedException refused =
        refusalOf(node.operator("bob").handOver("main", MemberId.of("n9")));

    assertEquals(OperationRefusedException.Cause.UNKNOWN_MEMBER, refused.refusal());
    assertEquals("bob", refusal().by());
    assertEquals(refused.getMessage(), refusal().detail());
  }

  @Test
  void tellsOfTheApplicationToo() {
    node.role("main").orElseThrow().resetFailCount();
    node.standby(true);

    await("told").atMost(LONG).until(() -> told("the application").contains("standby on done"));
    assertTrue(told("the application").contains("reset of the fail count of main done"));
    assertTrue(node.status().standby());
  }

  @Test
  void tellsWhoChangesTheRoster() {
    OperationRefusedException refused =
        refusalOf(node.operator("ann at the console").roster().remove(MemberId.of("n9")));
    node.roster().votes(MemberId.of("n1"), 2).toCompletableFuture().join();

    String removal = "removal of n9 from the roster";
    await("told").atMost(LONG).until(() -> told("the application").size() == 2);
    assertEquals(List.of(removal + " asked", removal + " refused"), told("ann at the console"));
    assertEquals(OperationRefusedException.Cause.UNKNOWN_MEMBER, refused.refusal());
    assertEquals(refused.getMessage(), refusal().detail());
    assertEquals("change of the roster to 2 votes of n1 done", told("the application").get(1));
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    Operator operator = node.operator("bob");

    assertEquals(
        OperationRefusedException.Cause.UNKNOWN_ROLE,
        refusalOf(operator.resetFailCount("other")).refusal());
    assertEquals(
        OperationRefusedException.Cause.NOT_OFF,
        refusalOf(operator.confirmFenced(MemberId.of("n1"))).refusal());
    assertEquals(
        OperationRefusedException.Cause.UNKNOWN_MEMBER,
        refusalOf(operator.confirmFenced(MemberId.of("n7"))).refusal());
    assertEquals(
        OperationRefusedException.Cause.UNKNOWN_ROLE,
        refusalOf(operator.confirmStopped("other", MemberId.of("n7"))).refusal());
    assertEquals(
        OperationRefusedException.Cause.NOT_OFF,
        refusalOf(operator.confirmStopped("main", MemberId.of("n1"))).refusal());
  }

  /** Once it has listened for a lease. */
  @Test
  void takesNoWordForARoleThatWaitsForNobody() {
    await()
        .atMost(LONG)
        .until(
            () ->
                refusalOf(node.operator("bob").confirmStopped("main", MemberId.of("n7"))).refusal(),
            cause -> cause == OperationRefusedException.Cause.UNKNOWN_MEMBER);
  }

  @Test
  void failsWhatIsAskedOfAClosedNode() {
    Operator operator = node.operator("late");
    node.close();

    assertEquals(
        OperationRefusedException.Cause.CLOSED, refusalOf(operator.standby(true)).refusal());
  }

  @Test
  void isOperatedOverJmx() throws Exception {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ObjectName name = new ObjectName("io.understudy:type=Node,cluster=\"operated\",member=\"n1\"");
    Subscription registered = HaNodeJmx.register(node);
    HaNodeMXBean bean = JMX.newMXBeanProxy(server, name, HaNodeMXBean.class);
    assertEquals(Map.of("main", "n1"), bean.getLeaders());
    assertTrue(bean.isQuorum());

    bean.resign("main");
    String refusal =
        assertThrows(IllegalStateException.class, () -> bean.handOver("main", "n9")).getMessage();

    assertTrue(refusal.contains("n9") || refusal.contains("does not lead"), refusal);
    await("told")
        .atMost(LONG)
        .until(() -> told("jmx from this process").contains("resignation of main done"));
    assertThrows(IllegalStateException.class, () -> HaNodeJmx.register(node));
    registered.close();
    assertEquals(0, server.queryNames(name, null).size());
  }
}
