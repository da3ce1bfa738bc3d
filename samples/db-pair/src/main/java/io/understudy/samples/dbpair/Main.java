package io.understudy.samples.dbpair;

import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/** Starts a pair for people who want to try one: prints the URLs and waits for Ctrl-C. */
public final class Main {
  private Main() {}

  /**
   * Runs until it is interrupted, which ends the servers.
   *
   * @param arguments {@code mysql} (the default) or {@code mariadb}
   */
  public static void main(String... arguments) throws InterruptedException {
    String flavor = arguments.length == 0 ? Flavor.MYSQL.name() : arguments[0];
    DatabasePair pair =
        DatabasePair.builder(Flavor.valueOf(flavor.toUpperCase(Locale.ROOT))).start();
    for (DatabaseServer server : pair.servers()) {
      System.out.printf(
          "%s pid %d %s user %s password %s%n",
          server.name(),
          server.pid(),
          server.jdbcUrl("appdb"),
          Account.APP.user(),
          Account.APP.password());
    }
    new CountDownLatch(1).await();
  }
}
