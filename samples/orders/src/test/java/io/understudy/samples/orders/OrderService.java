package io.understudy.samples.orders;

import static org.awaitility.Awaitility.await;

import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.node.Cluster;
import io.understudy.samples.node.JsonReader;
import io.understudy.samples.node.NodeProcess;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Three members as processes, each with clients, on a pair of real servers. */
final class OrderService {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(10);
  private static final int DONE = 200;

  private final Cluster cluster;
  private final DatabasePair pair;
  private final List<String> members;
  private final Map<String, String> options = new LinkedHashMap<>();
  private final Path directory;
  private final UnaryOperator<String> databaseHost;
  private final Book book;

  /**
   * Nothing is started yet.
   *
   * @param databaseHost where a member finds the servers
   */
  OrderService(
      Cluster cluster,
      DatabasePair pair,
      List<String> members,
      Path directory,
      UnaryOperator<String> databaseHost) {
    this.members = List.copyOf(members);
    this.pair = pair;
    this.directory = directory;
    this.databaseHost = databaseHost;
    this.cluster =
        cluster.running(List.of("-Xmx128m", "-jar", Path.of("target", "ha-orders.jar").toString()));
    this.book = new Book(members.stream().map(it -> directory.resolve(it + ".ledger")).toList());
    options.put("--db", "shop");
    options.put("--user", Account.APP.user());
    options.put("--password-file", cluster.write("password", Account.APP.password()).toString());
    options.put("--manager-user", Account.MANAGER.user());
    options.put(
        "--manager-password-file",
        cluster.write("manager-password", Account.MANAGER.password()).toString());
  }

  /** On loopback. */
  static OrderService onLoopback(
      Cluster cluster, DatabasePair pair, List<String> members, Path directory) {
    return new OrderService(cluster, pair, members, directory, member -> "127.0.0.1");
  }

  /** Members that are started from now on have this option. */
  OrderService with(String option, String value) {
    options.put(option, value);
    return this;
  }

  OrderService startAll() {
    members.forEach(this::start);
    return this;
  }

  NodeProcess start(String member) {
    return start(member, Map.of());
  }

  NodeProcess start(String member, Map<String, String> changes) {
    Map<String, String> all = new LinkedHashMap<>(options);
    all.put("--ledger", directory.resolve(member + ".ledger").toString());
    String host = databaseHost.apply(member);
    List<String> masters =
        pair.servers().stream()
            .map(it -> it.name() + "=" + it.jdbcUrl("appdb").replace("127.0.0.1", host))
            .toList();
    all.put("--master", Cluster.repeated(masters));
    all.putAll(changes);
    return cluster.start(member, all);
  }

  Book book() {
    return book;
  }

  DatabasePair pair() {
    return pair;
  }

  NodeProcess node(String member) {
    return cluster.node(member);
  }

  Map<String, @Nullable Object> status(NodeProcess node) {
    return JsonReader.readObject(node.get("/ha/db").body());
  }

  /** The member that directs, if one says so of itself. */
  Optional<NodeProcess> director() {
    return cluster.nodes().stream()
        .filter(NodeProcess::isAlive)
        .filter(node -> Boolean.TRUE.equals(statusOrNothing(node).get("directing")))
        .findFirst();
  }

  private Map<String, @Nullable Object> statusOrNothing(NodeProcess node) {
    try {
      return status(node);
    } catch (UncheckedIOException e) {
      return Map.of(); // it starts, or is cut off or frozen
    }
  }

  /** What the director says of a master. */
  Optional<Map<String, @Nullable Object>> master(String name) {
    return director().flatMap(node -> masterOf(statusOrNothing(node), name));
  }

  @SuppressWarnings("unchecked")
  private static Optional<Map<String, @Nullable Object>> masterOf(
      Map<String, @Nullable Object> status, String name) {
    return status.get("masters") instanceof List<?> masters
        ? masters.stream()
            .map(it -> (Map<String, @Nullable Object>) it)
            .filter(it -> name.equals(it.get("name")))
            .findFirst()
        : Optional.empty();
  }

  /** The agreed writer, once the director names one that is used. */
  DatabaseServer awaitWriter() {
    String name =
        await("a writer")
            .pollInterval(POLL)
            .atMost(PATIENCE)
            .until(this::writer, Optional::isPresent)
            .orElseThrow();
    return server(name);
  }

  private Optional<String> writer() {
    return director()
        .map(this::statusOrNothing)
        .filter(it -> "SERVING".equals(String.valueOf(it.get("phase"))))
        .map(it -> String.valueOf(it.get("writer")));
  }

  DatabaseServer server(String name) {
    return pair.servers().stream().filter(it -> it.name().equals(name)).findFirst().orElseThrow();
  }

  DatabaseServer other(DatabaseServer server) {
    return server == pair.a() ? pair.b() : pair.a();
  }

  /** Changes the writer, asking the director until it may begin. */
  Map<String, @Nullable Object> switchTo(String name) {
    HttpResponse<String> answer =
        await("a change to " + name)
            .pollInterval(Duration.ofMillis(50))
            .atMost(PATIENCE)
            .until(
                () -> director().map(it -> it.post("/ha/db/switch?to=" + name)),
                it -> it.filter(OrderService::hasBegun).isPresent())
            .orElseThrow();
    if (answer.statusCode() != DONE) {
      throw new AssertionError("the change to " + name + " failed: " + answer.body());
    }
    return JsonReader.readObject(answer.body());
  }

  /** Asks for a change, whatever comes of it, if there is anybody to ask. */
  void ask(String name) {
    try {
      director().ifPresent(it -> it.post("/ha/db/switch?to=" + name));
    } catch (UncheckedIOException e) {
      // cut off meanwhile
    }
  }

  /** A refusal has no outcome: nobody was held, and the next try may do better. */
  private static boolean hasBegun(HttpResponse<String> answer) {
    return answer.statusCode() == DONE
        || JsonReader.readObject(answer.body()).containsKey("outcome");
  }

  /** Waits until each member has an order acknowledged that it began after this. */
  void awaitOrdersOfAll() {
    long fromNanos = System.nanoTime();
    await("orders of all members")
        .pollInterval(POLL)
        .atMost(PATIENCE)
        .until(
            () ->
                book.since(fromNanos).stream()
                        .filter(it -> it.outcome().isStored())
                        .map(LedgerLine::member)
                        .distinct()
                        .count()
                    == members.size());
  }

  /** Waits until the other master is closed, replicates, and has nothing that the writer lacks. */
  void awaitStandby(String name) {
    await(name + " stands by")
        .pollInterval(Duration.ofMillis(100))
        .atMost(PATIENCE)
        .until(() -> master(name).filter(OrderService::standsBy).isPresent());
  }

  private static boolean standsBy(Map<String, @Nullable Object> master) {
    return "read-only".equals(master.get("state"))
        && Boolean.TRUE.equals(master.get("replicating"))
        && Long.valueOf(0).equals(master.get("stranded"))
        && Long.valueOf(0).equals(master.get("lag"));
  }

  /** All members end in order, so that the ledgers and tables stand still. */
  void stop() {
    cluster.nodes().stream().filter(NodeProcess::isAlive).forEach(NodeProcess::terminate);
    cluster.nodes().forEach(node -> node.exitStatus(Duration.ofSeconds(20)));
  }
}
