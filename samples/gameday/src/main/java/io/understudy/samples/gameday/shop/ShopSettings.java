package io.understudy.samples.gameday.shop;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/**
 * What one JVM of the shop is told, out of a properties file.
 *
 * @param member this member, for example {@code app-1}
 * @param roster all members, with commas
 * @param bind where this member listens for the others
 * @param peers where all members listen, with commas
 * @param state the directory of the durable state
 * @param secretFile the cluster's secret
 * @param httpPort where Tomcat listens on 127.0.0.1
 * @param databases the masters, in order of preference
 */
public record ShopSettings(
    String member,
    String roster,
    String bind,
    String peers,
    Path state,
    Path secretFile,
    int httpPort,
    List<Database> databases) {

  /**
   * One master.
   *
   * @param name its name
   * @param url the shop's database on it
   * @param user the shop's account
   * @param password its password
   * @param managerUrl the server, without a database
   * @param manager the account that may switch read-only mode and control replication
   * @param managerPassword its password
   */
  public record Database(
      String name,
      String url,
      String user,
      String password,
      String managerUrl,
      String manager,
      String managerPassword) {
    @Override
    public String toString() {
      return name + " at " + url;
    }
  }

  /** Copies. */
  public ShopSettings {
    databases = List.copyOf(databases);
  }

  /**
   * Reads a properties file; {@code databases} lists the names of the masters, with commas.
   *
   * @param file the file
   * @return the settings
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if a key is missing
   */
  public static ShopSettings read(Path file) throws IOException {
    Properties all = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      all.load(reader);
    }
    return new ShopSettings(
        get(all, "member"),
        get(all, "roster"),
        get(all, "bind"),
        get(all, "peers"),
        Path.of(get(all, "state")),
        Path.of(get(all, "secretFile")),
        Integer.parseInt(get(all, "httpPort")),
        List.of(get(all, "databases").split(",", -1)).stream()
            .map(name -> database(all, name))
            .toList());
  }

  private static Database database(Properties all, String name) {
    return new Database(
        name,
        get(all, name + ".url"),
        get(all, name + ".user"),
        get(all, name + ".password"),
        get(all, name + ".managerUrl"),
        get(all, name + ".manager"),
        get(all, name + ".managerPassword"));
  }

  private static String get(Properties all, String key) {
    String value = all.getProperty(key);
    if (value == null) {
      throw new IllegalArgumentException("the settings have no '" + key + "'");
    }
    return value;
  }
}
