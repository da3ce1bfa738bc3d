package io.understudy.samples.orders;

import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabaseServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** What an operator does after a look at what is stranded. */
final class Reconciliation {
  private Reconciliation() {}

  /** Lets the survivor fetch what the lost writer had not sent; ids of two masters never meet. */
  static void letThrough(DatabaseServer lost, DatabaseServer survivor) {
    try (Connection connection = survivor.connect(Account.ADMIN);
        Statement statement = connection.createStatement()) {
      statement.execute("START SLAVE");
    } catch (SQLException e) {
      throw new IllegalStateException("%s cannot fetch from %s".formatted(survivor, lost), e);
    }
  }
}
