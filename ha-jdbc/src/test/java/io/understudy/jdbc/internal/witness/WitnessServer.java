package io.understudy.jdbc.internal.witness;

import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.Flavor;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A real server of one of the products, and what is done to it. */
interface WitnessServer extends AutoCloseable {
  /** The products. */
  enum Product {
    MYSQL,
    MARIADB,
    POSTGRESQL;

    WitnessServer start() throws IOException {
      return switch (this) {
        case MYSQL -> new OfPair(durable(Flavor.MYSQL));
        case MARIADB -> new OfPair(durable(Flavor.MARIADB));
        case POSTGRESQL -> new Postgres(PostgresServer.start());
      };
    }

    private static DatabasePair durable(Flavor flavor) {
      return DatabasePair.builder(flavor)
          .option("--innodb-flush-log-at-trx-commit=1")
          .option("--sync-binlog=1")
          .start();
    }
  }

  String url();

  String user();

  String password();

  void kill9();

  void restart() throws IOException;

  void pause() throws IOException;

  void resume() throws IOException;

  default Connection connect() throws SQLException {
    return DriverManager.getConnection(url(), user(), password());
  }

  @Override
  void close();

  /** One server of a pair. */
  record OfPair(DatabasePair pair) implements WitnessServer {
    @Override
    public String url() {
      return pair.a().jdbcUrl("appdb");
    }

    @Override
    public String user() {
      return Account.APP.user();
    }

    @Override
    public String password() {
      return Account.APP.password();
    }

    @Override
    public void kill9() {
      pair.a().kill9();
    }

    @Override
    public void restart() {
      pair.a().restart();
    }

    @Override
    public void pause() {
      pair.a().pause();
    }

    @Override
    public void resume() {
      pair.a().resume();
    }

    @Override
    public void close() {
      pair.close();
    }
  }

  /** A server of its own. */
  record Postgres(PostgresServer server) implements WitnessServer {
    @Override
    public String url() {
      return server.url();
    }

    @Override
    public String user() {
      return PostgresServer.USER;
    }

    @Override
    public String password() {
      return "";
    }

    @Override
    public void kill9() {
      server.kill9();
    }

    @Override
    public void restart() throws IOException {
      server.restart();
    }

    @Override
    public void pause() throws IOException {
      server.signal("STOP");
    }

    @Override
    public void resume() throws IOException {
      server.signal("CONT");
    }

    @Override
    public void close() {
      server.close();
    }
  }
}
