package io.understudy.samples.node;

import io.understudy.samples.dbpair.Account;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A job that writes rows into a database, as a resource of a role: {@code (epoch, node, n)}, about
 * fifty a second. In the mode {@code checked} it passes its epoch to the database with each row and
 * ends when a higher one was there before; in the mode {@code unchecked} it trusts that nobody else
 * writes.
 */
final class RowWriter {
  static final String CHECKED = "checked";
  static final String UNCHECKED = "unchecked";

  private static final long PAUSE_MILLIS = 20;
  private static final int FENCED = 3;

  private RowWriter() {}

  /** Arguments: the database's URL, the mode, the member, its epoch. */
  public static void main(String[] args) throws SQLException, IOException, InterruptedException {
    boolean checked = args[1].equals(CHECKED);
    long epoch = Long.parseLong(args[3]);
    try (Connection connection =
            DriverManager.getConnection(args[0], Account.APP.user(), Account.APP.password());
        PreparedStatement pass =
            connection.prepareStatement("UPDATE job_epoch SET epoch = ? WHERE epoch <= ?");
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO job_rows (epoch, node, n) VALUES (?, ?, ?)")) {
      connection.setAutoCommit(false);
      pass.setLong(1, epoch);
      pass.setLong(2, epoch);
      insert.setLong(1, epoch);
      insert.setString(2, args[2]);
      for (long n = 1; ; n++) {
        // The row of the epoch stays locked until the commit, so rows are in the order of epochs.
        if (checked && pass.executeUpdate() == 0) {
          System.err.println("epoch " + epoch + " is over");
          Runtime.getRuntime().halt(FENCED);
        }
        insert.setLong(3, n);
        insert.executeUpdate();
        connection.commit();
        if (n == 1) {
          Files.createFile(Path.of(System.getenv("READY")));
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  /** What the job needs. */
  static void createTables(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE job_epoch (id INT PRIMARY KEY, epoch BIGINT NOT NULL)");
      statement.execute("INSERT INTO job_epoch VALUES (1, 0)");
      statement.execute(
          "CREATE TABLE job_rows (id BIGINT AUTO_INCREMENT PRIMARY KEY, epoch BIGINT NOT NULL,"
              + " node VARCHAR(64) NOT NULL, n BIGINT NOT NULL)");
    }
  }
}
