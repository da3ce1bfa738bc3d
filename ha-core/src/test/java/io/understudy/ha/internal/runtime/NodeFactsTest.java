package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.Connectivity;
import io.understudy.ha.HaConfig;
import io.understudy.ha.HaConfigurationException;
import io.understudy.ha.HaEvent;
import io.understudy.ha.HealthCheck;
import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.Resource;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.RoleRegister;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Subscription;
import io.understudy.ha.Told;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.placement.ClusterFacts;
import io.understudy.ha.internal.placement.MemberFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Whole nodes with real threads, clocks, files and probed ports; the network is in memory. */
@Execution(ExecutionMode.CONCURRENT) // whole nodes in memory, which mostly wait
class NodeFactsTest extends WholeNodes {
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private RoleSpec role = RoleSpec.named(ROLE);

  // ---- reports

  @Test
  void everybodyKnowsOfEverybodyAndOfStandbyAtOnce() {
    startAll(THREE);
    await().until(() -> THREE.stream().allMatch(name -> reported(name).containsAll(THREE)));
    nodes.get("n3").standby(true);
    for (String name : THREE) {
      await().until(() -> of(name, "n3").standby());
      assertFalse(of(name, "n1").standby());
    }
    nodes.get("n3").standby(false);
    await().until(() -> !of("n1", "n3").standby());
  }

  @Test
  void whoIsSilentForTwoLeasesCountsAsNotReported() {
    startAll(THREE);
    await().until(() -> reported("n1").containsAll(THREE));
    network.isolate(MemberId.of("n3"));
    await().until(() -> reported("n1").equals(List.of("n1", "n2")));
    assertFalse(of("n1", "n3").reachable());
    await().until(() -> reported("n3").equals(List.of("n3")));
    network.heal();
    await().until(() -> reported("n1").containsAll(THREE));
  }

  @Test
  void theLeaderIsAmongTheFacts() {
    startAll(THREE);
    String leader = awaitLeader();
    for (String name : THREE) {
      await().until(() -> facts(name).leaders().equals(Map.of(ROLE, MemberId.of(leader))));
    }
  }

  @Test
  void rulesAreSentUntilAllKnowThemAndThenNoMore() {
    List<Boolean> sent = new CopyOnWriteArrayList<>();
    network.lose(envelope -> Reports.isReport(envelope) && !sent.add(saysRules(envelope)));
    startAll(THREE);
    await().until(this::allKnowAllRules);
    assertTrue(sent.contains(true));
    await().until(() -> sent.lastIndexOf(true) < sent.size() - 20);
    assertTrue(allKnowAllRules());
  }

  @Test
  void rulesThatAreLostAreAskedForAgain() {
    AtomicInteger lost = new AtomicInteger();
    network.lose(
        envelope ->
            Reports.isReport(envelope) && saysRules(envelope) && lost.incrementAndGet() > 0);
    startAll(THREE);
    await().until(() -> lost.get() >= 10);
    assertEquals(Map.of(), of("n1", "n2").rules());
    network.lose(envelope -> false);
    await().until(this::allKnowAllRules);
  }

  private boolean allKnowAllRules() {
    return THREE.stream()
        .allMatch(name -> THREE.stream().allMatch(one -> of(name, one).rules().containsKey(ROLE)));
  }

  private static boolean saysRules(Envelope envelope) {
    try {
      byte[] content = ((Message.Report) envelope.message()).content();
      return !ReportCodec.decode(content).report().rules().digests().isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whoHasNotDeclaredARoleIsNotFitForIt() {
    startAll(THREE);
    awaitLeader();
    nodes.get("n1").declare(RoleSpec.named("extra"));
    await().until(() -> of("n1", "n2").unfit().containsKey("extra"));
    assertEquals(Map.of(), of("n1", "n1").unfit());
    nodes.get("n2").declare(RoleSpec.named("extra"));
    await().until(() -> !of("n1", "n2").unfit().containsKey("extra"));
    assertTrue(of("n1", "n3").unfit().containsKey("extra"));
  }

  @Test
  void whatAResourceFailedAtIsReportedAndWhatHasStoppedOnlyWhenTheRoleIsLost() {
    role = role.running(ResourceGroup.of("a", new Part()));
    startAll(THREE);
    String leader = awaitLeader();
    String other = leader.equals("n1") ? "n2" : "n1";
    await().until(() -> calls.contains("start"));
    List<String> heard = new CopyOnWriteArrayList<>();
    election(other)
        .facts()
        .whenReported(
            (from, name, said) ->
                heard.add(from.member() + " " + name + " " + said.stoppedThrough()));
    long epoch = role(leader).leadership().orElseThrow().epoch();
    role(leader).resign().toCompletableFuture().join();
    String stopped = leader + " " + ROLE + " " + epoch;
    await().until(() -> heard.contains(stopped));
    assertTrue(calls.contains("stop"));
  }

  @Test
  void aMoveThatIsRefusedNeverSaysThatTheLeadershipIsOver() {
    role = role.running(ResourceGroup.of("a", new Part()));
    startAll(THREE);
    String leader = awaitLeader();
    String other = leader.equals("n1") ? "n2" : "n1";
    await().until(() -> calls.contains("start"));
    long epoch = role(leader).leadership().orElseThrow().epoch();
    List<Long> heard = new CopyOnWriteArrayList<>();
    election(other).facts().whenReported((from, name, said) -> heard.add(said.stoppedThrough()));
    GroupRuntime group = election(leader).roles().get(ROLE).group();
    group.stoppedFirst(() -> CompletableFuture.failedFuture(new IOException("refused")));
    await().until(() -> calls.stream().filter("start"::equals).count() >= 2);
    nodes.get(leader).maintenance(true); // its report of that comes after all others
    await().until(() -> facts(other).maintenance());
    assertTrue(heard.stream().noneMatch(through -> through >= epoch), heard::toString);
  }

  @Test
  void everybodyHearsWhoIsDoneWithAValue() {
    startAll(THREE);
    awaitLeader();
    RegisterVersion asked = new RegisterVersion(3, 7);
    registerOf("n3").done(asked);
    for (String name : THREE) {
      await().until(() -> asked.equals(registerOf(name).doneBy().get(MemberId.of("n3"))));
    }
    registerOf("n3").done(new RegisterVersion(asked.epoch(), 6));
    assertEquals(asked, registerOf("n3").doneBy().get(MemberId.of("n3")), "nobody takes it back");
    nodes.remove("n3").close();
    start("n3", THREE, role);
    await().until(() -> !registerOf("n1").doneBy().containsKey(MemberId.of("n3")));
  }

  @Test
  void whatAMemberTellsIsHeardUntilItTakesItBackOrEnds() {
    startAll(THREE);
    awaitLeader();
    MemberId teller = MemberId.of("n3");
    Semaphore news = new Semaphore(0);
    RoleRegister register = registerOf("n1");
    Subscription subscription = register.whenTold(news::release);
    registerOf("n3").tell(new byte[] {7});
    for (String name : THREE) {
      await().until(() -> isTold(name, teller, 7));
    }
    await().until(() -> news.tryAcquire());
    subscription.close();
    news.drainPermits();
    registerOf("n3").tell(new byte[] {8});
    await().until(() -> isTold("n1", teller, 8));
    registerOf("n3").tell(new byte[0]);
    await().until(() -> register.told().isEmpty());
    registerOf("n3").tell(new byte[] {9});
    await().until(() -> isTold("n1", teller, 9));
    nodes.remove("n3").close();
    start("n3", THREE, role);
    await().until(() -> register.told().isEmpty());
    assertEquals(0, news.availablePermits(), "nobody listens any more");
    assertThrows(
        IllegalArgumentException.class,
        () -> register.tell(new byte[RoleRegister.MAX_TOLD_BYTES + 1]));
  }

  private boolean isTold(String name, MemberId teller, int what) {
    Told told = registerOf(name).told().get(teller);
    return told != null && Arrays.equals(told.bytes(), new byte[] {(byte) what});
  }

  @Test
  void whoHasNotDeclaredARoleIsDoneWithAllItsValues() {
    startAll(THREE);
    awaitLeader();
    nodes.get("n1").declare(RoleSpec.named("extra"));
    RoleRegister extra = registerOf("n1", "extra");
    RegisterVersion late = new RegisterVersion(Long.MAX_VALUE, 1);
    await()
        .until(
            () ->
                extra
                    .doneBy()
                    .getOrDefault(MemberId.of("n2"), RegisterVersion.NONE)
                    .isNewerThan(late));
    nodes.get("n2").declare(RoleSpec.named("extra"));
    await().until(() -> !extra.doneBy().containsKey(MemberId.of("n2")));
  }

  @Test
  void whatIsNoReportIsDroppedAndReachesNoMachine() {
    startAll(List.of("n1"));
    awaitLeader();
    Transport stranger = network.transport(MemberId.of("n9"));
    Life life = new Life(MemberId.of("n9"), 9);
    stranger.send(
        MemberId.of("n1"),
        List.of(
            envelope(Reports.ROLE, life, new Message.StateRequest(1)),
            envelope(Reports.ROLE, life, new Message.Report(1, new byte[] {1, 2, 3})),
            envelope(ROLE, life, new Message.Report(1, new byte[0]))));
    nodes.get("n1").standby(true); // behind them in the queue
    await().until(() -> of("n1", "n1").standby());
    List<String> known = new ArrayList<>();
    CompletableFuture<Void> asked = new CompletableFuture<>();
    election("n1")
        .execute(
            () -> {
              election("n1").lives().knownRoles().forEach(known::add);
              asked.complete(null);
            });
    asked.join();
    assertFalse(known.contains(Reports.ROLE), known::toString);
    assertTrue(nodes.get("n1").status().inService());
  }

  // ---- connectivity and health

  @Test
  void aLostTargetIsReportedWhenItHasLasted() throws IOException {
    try (ServerSocket target = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      safeguards = probing(target.getLocalPort());
      startAll(List.of("n1", "n2"));
      await().until(() -> of("n1", "n2").link().equals(new MemberFacts.Link(1, 1, 1)));
      await()
          .until(() -> has(HaEvent.ConnectivityChanged.class, HaEvent.ConnectivityChanged::enough));
    }
    await().until(() -> of("n1", "n2").link().equals(new MemberFacts.Link(0, 1, 1)));
    await()
        .until(
            () ->
                has(
                    HaEvent.ConnectivityChanged.class,
                    lost -> !lost.enough() && lost.detail().contains("refused")));
    assertEquals(0, nodes.get("n1").status().condition().reached());
    assertTrue(nodes.get("n1").status().warnings().toString().contains("refused"));
  }

  @Test
  void beforeItsTargetsHaveAnsweredAMemberIsNotFitButNotLostEither() throws IOException {
    int nobody;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = gone.getLocalPort();
    }
    safeguards = probing(nobody, Duration.ofSeconds(3));
    startAll(List.of("n1"));
    assertTrue(nodes.get("n1").status().condition().unhealthy().contains("not all answered yet"));
    assertFalse(has(HaEvent.ConnectivityChanged.class, any -> true));
    await().until(() -> has(HaEvent.ConnectivityChanged.class, lost -> !lost.enough()));
    await().until(() -> nodes.get("n1").status().condition().unhealthy().isEmpty());
  }

  @Test
  void anUnhealthyApplicationIsReported() {
    AtomicReference<String> trouble = new AtomicReference<>("");
    HealthCheck check =
        () -> {
          if (!trouble.get().isEmpty()) {
            throw new IOException(trouble.get());
          }
        };
    safeguards = checking(check);
    startAll(List.of("n1", "n2"));
    await().until(() -> reported("n1").contains("n2") && of("n1", "n2").unhealthy().isEmpty());
    assertFalse(has(HaEvent.HealthChanged.class, any -> true));
    trouble.set("queue is full");
    await().until(() -> of("n1", "n2").unhealthy().equals("health check app: queue is full"));
    await()
        .until(() -> has(HaEvent.HealthChanged.class, bad -> bad.reason().equals("queue is full")));
    trouble.set("");
    await().until(() -> of("n1", "n2").unhealthy().isEmpty());
    await().until(() -> has(HaEvent.HealthChanged.class, HaEvent.HealthChanged::healthy));
  }

  // ---- maintenance

  @Test
  void maintenanceIsHeardByAllAndByThoseThatComeLater() {
    startAll(List.of("n1", "n2"), THREE);
    nodes.get("n2").maintenance(true);
    await().until(() -> facts("n1").maintenance() && facts("n2").maintenance());
    await()
        .until(
            () ->
                has(
                    HaEvent.MaintenanceChanged.class,
                    on -> on.on() && on.by().value().equals("n2")));
    start("n3", THREE, role);
    await().until(() -> facts("n3").maintenance());
    assertEquals(
        Optional.of(MemberId.of("n2")), nodes.get("n3").status().condition().maintenanceBy());
    nodes.get("n3").maintenance(false);
    await().until(() -> THREE.stream().noneMatch(name -> facts(name).maintenance()));
  }

  @Test
  void maintenanceNeedsNoQuorumAndTheLastWordWins() {
    startAll(THREE);
    awaitLeader();
    network.isolate(MemberId.of("n1"));
    nodes.get("n1").maintenance(true);
    await().until(() -> facts("n1").maintenance());
    assertFalse(facts("n2").maintenance());
    network.heal();
    await().until(() -> THREE.stream().allMatch(name -> facts(name).maintenance()));
  }

  @Test
  void maintenanceOutlivesTheRestartOfAllAndHoldsGroupsBack() {
    role = role.running(ResourceGroup.of("a", new Part()));
    startAll(List.of("n1"));
    await().until(() -> calls.contains("start"));
    nodes.get("n1").maintenance(true);
    await().until(() -> Files.exists(directory.resolve("n1").resolve("maintenance.state")));
    restart("n1");
    awaitLeader();
    assertTrue(nodes.get("n1").status().condition().maintenance());
    assertEquals(List.of("start", "stop"), calls);
    nodes.get("n1").maintenance(false);
    await().until(() -> calls.equals(List.of("start", "stop", "start")));
  }

  @Test
  void aRoleThatIsDeclaredInMaintenanceIsHeldBackToo() {
    startAll(List.of("n1"));
    nodes.get("n1").maintenance(true);
    nodes.get("n1").declare(RoleSpec.named("late").running(ResourceGroup.of("a", new Part())));
    await().until(() -> nodes.get("n1").role("late").orElseThrow().isLeader());
    assertEquals(List.of(), calls);
    nodes.get("n1").maintenance(false);
    await().until(() -> calls.contains("start"));
  }

  @Test
  void aDamagedWordOnMaintenanceIsRefusedAndLeftAlone() throws IOException {
    startAll(List.of("n1"));
    nodes.get("n1").maintenance(true);
    Path file = directory.resolve("n1").resolve("maintenance.state");
    await().until(() -> Files.exists(file));
    nodes.remove("n1").close();
    byte[] content = Files.readAllBytes(file);
    content[content.length - 1] ^= 1;
    Files.write(file, content);
    try (FileStore store = FileStore.open(directory.resolve("n1"))) {
      HaConfigurationException refused =
          assertThrows(HaConfigurationException.class, store::loadMaintenance);
      assertTrue(refused.getMessage().contains("checksum"), refused::getMessage);
      assertTrue(refused.getMessage().contains("move the file away"), refused::getMessage);
    }
    assertEquals(content.length, Files.size(file));
  }

  // ---- tools

  private final class Part implements Resource {
    @Override
    public void start(Leadership leadership) {
      calls.add("start");
    }

    @Override
    public void stop() {
      calls.add("stop");
    }
  }

  private static Envelope envelope(String role, Life from, Message message) {
    return new Envelope(role, from, Life.ANY, 0, message);
  }

  private static HaConfig.Safeguards probing(int port) {
    return probing(port, Duration.ofMillis(300));
  }

  private static HaConfig.Safeguards probing(int port, Duration dampening) {
    Connectivity.Target target =
        new Connectivity.Target.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    Connectivity connectivity =
        Connectivity.none()
            .reaching(target)
            .probing(Duration.ofMillis(100), Duration.ofSeconds(5), dampening);
    return new HaConfig.Safeguards(null, connectivity, Optional.empty());
  }

  private static HaConfig.Safeguards checking(HealthCheck check) {
    HaConfig.Health health =
        new HaConfig.Health("app", check, Duration.ofMillis(20), Duration.ofSeconds(10));
    return new HaConfig.Safeguards(null, Connectivity.none(), Optional.empty(), List.of(health));
  }

  private RoleRegister registerOf(String name) {
    return registerOf(name, ROLE);
  }

  private RoleRegister registerOf(String name, String declared) {
    return nodes.get(name).role(declared).orElseThrow().register();
  }

  private void startAll(List<String> names) {
    startAll(names, names);
  }

  private void startAll(List<String> names, List<String> roster) {
    names.forEach(name -> start(name, roster, role));
  }

  private void restart(String name) {
    nodes.remove(name).close();
    start(name, List.of(name), role);
  }

  private NodeElection election(String name) {
    return nodes.get(name).election();
  }

  private ClusterFacts facts(String name) {
    CompletableFuture<ClusterFacts> known = new CompletableFuture<>();
    election(name).execute(() -> known.complete(election(name).facts().current()));
    return known.join();
  }

  private MemberFacts of(String name, String about) {
    return facts(name).members().stream()
        .filter(member -> member.member().value().equals(about))
        .findFirst()
        .orElseThrow();
  }

  private List<String> reported(String name) {
    return facts(name).members().stream()
        .filter(MemberFacts::reported)
        .map(member -> member.member().value())
        .toList();
  }

  private <T extends HaEvent> boolean has(Class<T> kind, Predicate<T> wanted) {
    return events.stream()
        .anyMatch(event -> kind.isInstance(event) && wanted.test(kind.cast(event)));
  }
}
