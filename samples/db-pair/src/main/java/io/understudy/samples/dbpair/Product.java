package io.understudy.samples.dbpair;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** What differs between MySQL and MariaDB. Both are otherwise driven alike. */
sealed interface Product permits MySqlProduct, MariaDbProduct {
  /** Generous: it takes 3 s, and a cold page cache on a busy machine has multiplied that by 15. */
  Duration INITIALISE_TIMEOUT = Duration.ofMinutes(2);

  /** Names the cache entry: product and version. */
  String key();

  String version();

  /** The Maven coordinates that hold the server, for messages. */
  String coordinates();

  /**
   * Unpacks the server from the class path into the directory, or says which artifact is missing.
   */
  void unpack(Path directory) throws IOException;

  /** The server's executable inside the unpacked directory. */
  Path executable(Path installation);

  /** The JDBC URL up to and without the port. */
  String jdbcPrefix();

  /** Creates a data directory with system tables and without users, and waits for it. */
  void initialise(Installation installation, Path data, Path log);

  /** The options of a server that serves, without those of {@link #commonOptions}. */
  List<String> options(Path installation, ServerSettings settings);

  /** The option that makes a server refuse writes from its start. */
  String readOnlyOption();

  /** The statement that makes a running server refuse writes. */
  String readOnlyStatement();

  /** One statement a line, for {@code --init-file}; the {@link Account#ADMIN} comes last. */
  List<String> users();

  /** Points a server at its source; replication is started apart. */
  String replicateFrom(int sourcePort);

  String startReplication();

  /** Everything that this server has committed and the other one has to get. */
  String position(Connection connection) throws SQLException;

  /** Waits until the position has been applied here; false after the given seconds. */
  boolean awaitPosition(Connection connection, String position, int seconds) throws SQLException;

  /** One line that tells a person how replication is doing here. */
  String replicationSummary(Connection connection) throws SQLException;

  /**
   * Options that both products know. The durability settings survive {@code kill -9} of a server,
   * because the page cache does; they would not survive the loss of power, which nobody tests here.
   */
  default List<String> commonOptions(Path installation, Path data) {
    return List.of(
        "--basedir=" + installation,
        "--datadir=" + data,
        "--innodb-buffer-pool-size=16M",
        "--innodb-flush-log-at-trx-commit=2",
        "--innodb-doublewrite=OFF",
        "--innodb-use-native-aio=0");
  }
}
