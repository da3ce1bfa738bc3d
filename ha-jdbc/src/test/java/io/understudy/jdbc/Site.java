package io.understudy.jdbc;

import com.zaxxer.hikari.util.DriverDataSource;
import io.understudy.ha.HaNode;
import io.understudy.ha.HaNodeBuilder;
import io.understudy.ha.Secret;
import io.understudy.ha.Timing;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.awaitility.Awaitility;

/**
 * A pair of real servers and three members with a data source each, as three JVMs would have them.
 */
final class Site implements AutoCloseable {
  static final int MEMBERS = 3;
  static final Duration LEASE = Duration.ofSeconds(1);

  private final DatabasePair pair;
  private final List<HaNode> nodes = new ArrayList<>();
  private final List<HaDataSource> sources = new ArrayList<>();
  private final List<DataSource> pools = new ArrayList<>();
  private final Map<String, Relay> relays = new HashMap<>();
  private final TestPool kind;
  private final boolean relayed;

  private Site(DatabasePair pair, TestPool kind, boolean relayed) {
    this.pair = pair;
    this.kind = kind;
    this.relayed = relayed;
  }

  static Site open(Flavor flavor, Path directory) {
    return open(flavor, directory, it -> it);
  }

  static Site open(
      Flavor flavor, Path directory, UnaryOperator<HaDataSourceBuilder> configuration) {
    return start(hikari(DatabasePair.builder(flavor)), directory, true, configuration);
  }

  /** On servers that run already. */
  static Site open(
      DatabasePair running, Path directory, UnaryOperator<HaDataSourceBuilder> configuration) {
    return start(new Site(running, TestPool.HIKARI, false), directory, true, configuration);
  }

  static Site open(Flavor flavor, Path directory, TestPool kind) {
    Site site = new Site(DatabasePair.builder(flavor).start(), kind, false);
    return start(site, directory, true, it -> it);
  }

  /** On servers that run already, with disks that may be full; they are the site's from now on. */
  static Site openOn(DatabasePair pair, Path directory) {
    return start(
        new Site(pair, TestPool.HIKARI, false),
        directory,
        true,
        it -> it.diskCheckInterval(Duration.ofSeconds(1)));
  }

  /** Each member reaches each master over a link of its own, which can be cut. */
  static Site openBehindRelays(Flavor flavor, Path directory) {
    Site site = new Site(DatabasePair.builder(flavor).start(), TestPool.HIKARI, true);
    return start(site, directory, true, it -> it);
  }

  /** Servers, the table and the links; members come with {@link #startMembers}. */
  static Site openServersBehindRelays(Flavor flavor) {
    Site site = new Site(DatabasePair.builder(flavor).start(), TestPool.HIKARI, true);
    try {
      site.createTable();
      for (int member = 0; member < MEMBERS; member++) {
        for (DatabaseServer server : site.pair.servers()) {
          String unused = site.url(member, server, "");
        }
      }
      return site;
    } catch (IOException | SQLException | RuntimeException e) {
      site.close();
      throw new IllegalStateException("the site did not start", e);
    }
  }

  static Site openWithoutTable(DatabasePair.Builder servers, Path directory) {
    return start(hikari(servers), directory, false, it -> it);
  }

  private static Site hikari(DatabasePair.Builder servers) {
    return new Site(servers.start(), TestPool.HIKARI, false);
  }

  private static Site start(
      Site site,
      Path directory,
      boolean withTable,
      UnaryOperator<HaDataSourceBuilder> configuration) {
    try {
      if (withTable) {
        site.createTable();
      }
      site.startMembers(directory, configuration);
      return site;
    } catch (IOException | SQLException | RuntimeException e) {
      site.close();
      throw new IllegalStateException("the site did not start", e);
    }
  }

  private void createTable() throws SQLException {
    try (Connection app = pair.a().connect(Account.APP);
        Statement statement = app.createStatement()) {
      statement.execute(
          "CREATE TABLE orders (id BIGINT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(40))");
    }
    pair.awaitReplicated(Duration.ofSeconds(30));
  }

  void startMembers(Path directory) throws IOException {
    startMembers(directory, it -> it);
  }

  private void startMembers(Path directory, UnaryOperator<HaDataSourceBuilder> configuration)
      throws IOException {
    List<Integer> ports = freePorts();
    for (int i = 0; i < MEMBERS; i++) {
      HaNode node = node(i, ports, directory).start();
      nodes.add(node);
      HaDataSourceBuilder builder =
          HaDataSource.builder()
              .node(node)
              .name("main")
              .minimumWriterTime(Duration.ZERO) // tests kill often
              .master("db-01", pool(i, pair.a()), manager(i, pair.a()))
              .master("db-02", pool(i, pair.b()), manager(i, pair.b()));
      sources.add(configuration.apply(builder).build());
    }
  }

  private static HaNodeBuilder node(int index, List<Integer> ports, Path directory) {
    HaNodeBuilder builder =
        HaNode.builder()
            .cluster("site")
            .member("n" + index)
            .roster("n0,n1,n2")
            .bind("127.0.0.1:" + ports.get(index))
            .state(directory.resolve("n" + index))
            .secret(Secret.of("the members of a test share this"))
            .timing(Timing.ofLease(LEASE));
    ports.forEach(port -> builder.peers("127.0.0.1:" + port));
    return builder;
  }

  private String url(int member, DatabaseServer server, String database) throws IOException {
    String url = server.jdbcUrl(database);
    if (!relayed) {
      return url;
    }
    String key = member + server.name();
    Relay relay = relays.get(key);
    if (relay == null) {
      relay = new Relay(server.port());
      relays.put(key, relay);
    }
    return url.replace(":" + server.port() + "/", ":" + relay.port() + "/");
  }

  /** The link from a member to a master. */
  Relay relay(int member, String master) {
    return Objects.requireNonNull(relays.get(member + master), "this site has no relays");
  }

  private DataSource pool(int member, DatabaseServer server) throws IOException {
    DataSource pool = kind.open(url(member, server, "appdb"));
    pools.add(pool);
    return pool;
  }

  private DataSource manager(int member, DatabaseServer server) throws IOException {
    Properties limits = new Properties();
    limits.setProperty("connectTimeout", "1000");
    limits.setProperty("socketTimeout", "20000");
    return new DriverDataSource(
        url(member, server, ""), null, limits, Account.MANAGER.user(), Account.MANAGER.password());
  }

  DatabasePair pair() {
    return pair;
  }

  List<HaDataSource> sources() {
    return sources;
  }

  HaDataSource source(int index) {
    return sources.get(index);
  }

  HaNode node(int index) {
    return nodes.get(index);
  }

  /** Which member directs, -1 if none does. */
  int director() {
    for (int i = 0; i < sources.size(); i++) {
      if (sources.get(i).status().directing()) {
        return i;
      }
    }
    return -1;
  }

  HaDataSourceStatus directorStatus() {
    int director = director();
    return sources.get(Math.max(director, 0)).status();
  }

  HaDataSourceStatus.MasterStatus master(String name) {
    return directorStatus().masters().stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  static long order(DataSource source, String note) throws SQLException {
    try (Connection connection = source.getConnection()) {
      return order(connection, note);
    }
  }

  static long order(Connection connection, String note) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(
          "INSERT INTO orders (note) VALUES ('" + note + "')", Statement.RETURN_GENERATED_KEYS);
      try (ResultSet keys = statement.getGeneratedKeys()) {
        keys.next();
        return keys.getLong(1);
      }
    }
  }

  Set<Long> orders(DatabaseServer server) throws SQLException {
    Set<Long> ids = new TreeSet<>();
    try (Connection app = server.connect(Account.APP);
        Statement statement = app.createStatement();
        ResultSet rows = statement.executeQuery("SELECT id FROM orders")) {
      while (rows.next()) {
        ids.add(rows.getLong(1));
      }
    }
    return ids;
  }

  static boolean refusesWrites(DatabaseServer server) {
    try (Connection app = server.connect(Account.APP)) {
      order(app, "nobody should do this");
      return false;
    } catch (SQLException e) {
      return e.getErrorCode() == 1290;
    }
  }

  static void manage(DatabaseServer server, String sql) throws SQLException {
    try (Connection manager = server.connect(Account.MANAGER);
        Statement statement = manager.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The server receives nothing any more, and the director knows. */
  void stopReceiving(DatabaseServer server) throws SQLException {
    manage(server, "STOP SLAVE IO_THREAD");
    String name = server == pair.a() ? "db-01" : "db-02";
    Awaitility.await()
        .pollInterval(Duration.ofMillis(50))
        .atMost(Duration.ofSeconds(60))
        .until(() -> !master(name).replicating().orElse(true));
  }

  @Override
  public void close() {
    sources.forEach(HaDataSource::close);
    nodes.forEach(HaNode::close);
    pools.forEach(TestPool::close);
    relays.values().forEach(Relay::close);
    pair.close();
  }

  private static List<Integer> freePorts() throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    for (int i = 0; i < MEMBERS; i++) {
      sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    }
    List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    return ports;
  }
}
