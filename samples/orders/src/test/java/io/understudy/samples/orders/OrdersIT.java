package io.understudy.samples.orders;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import io.understudy.samples.dbpair.StartOption;
import io.understudy.samples.node.Cluster;
import io.understudy.samples.node.NodeProcess;
import io.understudy.samples.node.Processes;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The program in three processes on a real pair, as it is called from outside. */
class OrdersIT {
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final List<String> MEMBERS = List.of("n1", "n2", "n3");

  @RegisterExtension final Processes processes = new Processes();

  @BeforeAll
  static void machineCanRunServers() {
    Optional<String> reason = DatabasePair.unsupportedReason();
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
  }

  private OrderService service(DatabasePair pair) {
    Cluster cluster = processes.cluster(LEASE, MEMBERS.toArray(new String[0]));
    return OrderService.onLoopback(cluster, pair, MEMBERS, processes.directory());
  }

  @Test
  void theWriterIsSwitchedAndKilledAndTheLedgerIsTrue() {
    try (DatabasePair pair = DatabasePair.builder(Flavor.MYSQL).start()) {
      OrderService service = service(pair).startAll();
      service.awaitOrdersOfAll();
      assertEquals("db-01", service.awaitWriter().name());

      long fromNanos = System.nanoTime();
      Map<String, @Nullable Object> switched = service.switchTo("db-02");
      assertEquals("switched", switched.get("outcome"));
      service.awaitOrdersOfAll();
      assertEquals(List.of(), service.book().failuresSince(fromNanos), "it costs no error");
      assertEquals(
          List.of(switched), service.status(service.director().orElseThrow()).get("history"));
      assertAnyMemberCanBeAsked(service);

      service.awaitStandby("db-01");
      killTheWriter(service);
      service.stop();
      Audit audit = settledAudit(service, pair.a());
      assertEquals(List.of(), audit.lost());
      assertEquals(List.of(), audit.duplicates());
      assertEquals(List.of(), audit.violations());
      MEMBERS.forEach(name -> assertEquals(0, exitStatus(service.node(name))));
    }
  }

  /** The table that names the generation is the first thing that is written, before any client. */
  @Test
  void theWriterIsSwitchedAndKilledUnderAnEpochGuard() throws SQLException {
    try (DatabasePair pair = DatabasePair.builder(Flavor.MARIADB).startReadOnly().start()) {
      OrderService service =
          service(pair).with("--guarded", Cluster.FLAG).with("--resolve", Cluster.FLAG).startAll();
      service.awaitOrdersOfAll();
      assertNamed(service, service.awaitWriter());

      long fromNanos = System.nanoTime();
      assertEquals("switched", service.switchTo("db-02").get("outcome"));
      service.awaitOrdersOfAll();
      assertEquals(List.of(), service.book().failuresSince(fromNanos), "it costs no error");
      assertNamed(service, pair.b());

      service.awaitStandby("db-01");
      killTheWriter(service);
      assertNamed(service, pair.a());
      service.stop();
      Audit audit = settledAudit(service, pair.a());
      assertEquals(List.of(), audit.lost());
      assertEquals(List.of(), audit.duplicates());
      assertEquals(List.of(), audit.violations());
    }
  }

  private static void assertNamed(OrderService service, DatabaseServer writer) throws SQLException {
    try (Connection app = writer.connect(Account.APP);
        Statement statement = app.createStatement();
        ResultSet row = statement.executeQuery("SELECT generation FROM ha_epoch")) {
      assertTrue(row.next());
      assertEquals(
          service.status(service.director().orElseThrow()).get("generation"), row.getLong(1));
    }
  }

  private static int exitStatus(NodeProcess node) {
    return node.exitStatus(Duration.ofSeconds(5));
  }

  private static void killTheWriter(OrderService service) {
    DatabaseServer writer = service.awaitWriter();
    long killedNanos = System.nanoTime();
    writer.kill9();
    await("orders after the loss")
        .atMost(OrderService.PATIENCE)
        .until(
            () ->
                service
                    .book()
                    .firstStored(killedNanos, it -> !it.master().equals(writer.name()))
                    .isPresent());
    service.awaitOrdersOfAll();
    writer.restart(StartOption.READ_ONLY);
  }

  /** What was stranded on the lost writer is let through, as an operator would after a look. */
  private static Audit settledAudit(OrderService service, DatabaseServer survivor) {
    Reconciliation.letThrough(service.other(survivor), survivor);
    service.pair().awaitReplicated(OrderService.PATIENCE);
    return new Audit(service.book(), survivor, service.other(survivor));
  }

  /** And what is refused is refused for the director's reason. */
  private static void assertAnyMemberCanBeAsked(OrderService service) {
    NodeProcess director = service.director().orElseThrow();
    NodeProcess elsewhere =
        MEMBERS.stream()
            .map(service::node)
            .filter(it -> !it.name().equals(director.name()))
            .findFirst()
            .orElseThrow();
    HttpResponse<String> answer = elsewhere.post("/ha/db/switch?to=db-02");
    assertEquals(409, answer.statusCode(), answer.body());
    assertTrue(answer.body().contains("it is the writer"), answer.body());
    assertTrue(answer.body().contains("says the director, " + director.name()), answer.body());
    assertEquals(400, director.post("/ha/db/switch").statusCode());
    assertEquals(409, elsewhere.post("/ha/db/switch?to=db-09").statusCode());
    assertEquals(405, director.get("/ha/db/switch?to=db-01").statusCode());
    MEMBERS.forEach(name -> assertEventsTellIt(service.node(name)));
    for (Object master : (List<?>) service.status(elsewhere).get("masters")) {
      assertEquals(
          Map.of("n1", "reachable", "n2", "reachable", "n3", "reachable"),
          ((Map<?, ?>) master).get("seenBy"));
    }
  }

  private static void assertEventsTellIt(NodeProcess node) {
    await("told")
        .atMost(OrderService.PATIENCE)
        .until(
            () ->
                node.last(e -> e.is("switchover") && e.text("step").equals("released"))
                    .isPresent());
    assertTrue(
        node.last(e -> e.is("writer") && e.text("phase").equals("SERVING"))
            .filter(e -> e.text("master").equals("db-02"))
            .isPresent());
    assertTrue(node.last(e -> e.is("master") && e.text("name").equals("db-01")).isPresent());
  }

  @Test
  @Tag("fault")
  void aDirectorThatIsKilledIsReplacedAndComesBack() {
    try (DatabasePair pair = DatabasePair.builder(Flavor.MARIADB).start()) {
      OrderService service = service(pair).startAll();
      service.awaitOrdersOfAll();
      NodeProcess killed = service.director().orElseThrow();
      killed.kill();
      await("another director")
          .atMost(OrderService.PATIENCE)
          .until(
              () -> service.director().filter(it -> !it.name().equals(killed.name())).isPresent());
      service.start(killed.name());
      service.awaitOrdersOfAll();
      assertEquals("db-01", service.awaitWriter().name());
      service.stop();
      Audit audit = settledAudit(service, pair.a());
      assertEquals(List.of(), audit.lost());
      assertEquals(List.of(), audit.duplicates());
      assertEquals(List.of(), audit.violations());
    }
  }

  @Test
  void whatCannotRunAsCalledSaysSoInOneLine() {
    try (DatabasePair pair = DatabasePair.builder(Flavor.MARIADB).start()) {
      OrderService service = service(pair);
      assertRefused(service.start("n1", Map.of("--rate", "0")), "--rate");
      assertRefused(service.start("n1", Map.of("--clients", "many")), "--clients");
      assertRefused(
          service.start("n1", Map.of("--master", "db-01=jdbc:mariadb://h1,h2/shop")), "--master");
      assertRefused(service.start("n1", Map.of("--password-file", "/nowhere")), "--password-file");
      assertRefused(service.start("n1", Map.of("--user", "nobody")), "refuses --user nobody");
      assertRefused(
          service.start("n1", Map.of("--manager-user", "nobody")), "refuses --manager-user nobody");
    }
  }

  private static void assertRefused(NodeProcess node, String what) {
    assertEquals(2, node.exitStatus(Duration.ofSeconds(30)), () -> node.errorLines().toString());
    List<String> lines = node.errorLines();
    assertEquals(1, lines.size(), lines::toString);
    assertTrue(lines.get(0).startsWith("ha-orders: ") && lines.get(0).contains(what), lines.get(0));
  }
}
