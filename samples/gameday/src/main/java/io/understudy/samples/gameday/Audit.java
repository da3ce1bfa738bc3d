package io.understudy.samples.gameday;

import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabaseServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the books say at one moment: the client's ledger beside the tables of both masters.
 *
 * @param missing references of acknowledged orders that the surviving master lacks
 * @param duplicateIds ids that stand for two orders
 * @param twoLeaders proofs of two leaders, as sentences
 * @param unclearStored how many orders with an unknown outcome were stored
 */
record Audit(
    Set<String> missing, Set<Long> duplicateIds, Set<String> twoLeaders, long unclearStored) {

  /**
   * Takes the ledger first and reads the tables afterwards, so that nothing that was acknowledged
   * may be missing.
   *
   * @param attempts the ledger
   * @param survivor the master that writes now
   * @param other the other one
   * @param claims what the members claimed
   */
  static Audit of(
      List<Attempt> attempts, DatabaseServer survivor, DatabaseServer other, LeaderClaims claims) {
    Map<Long, String> stored = orders(survivor);
    Set<String> references = new HashSet<>(stored.values());
    Set<String> missing = new HashSet<>();
    long unclearStored = 0;
    for (Attempt attempt : attempts) {
      if (attempt.isAcknowledged() && !attempt.reference().equals(stored.get(attempt.id()))) {
        missing.add(attempt.reference());
      } else if (attempt.outcome() == Attempt.Outcome.UNKNOWN
          && references.contains(attempt.reference())) {
        unclearStored++;
      }
    }
    Set<Long> duplicates = Ledger.duplicateIds(attempts);
    duplicates.addAll(differing(stored, orders(other)));
    Set<String> twoLeaders = claims.periodsWithTwoLeaders();
    twoLeaders.addAll(epochsThatFell(epochs(survivor)));
    return new Audit(missing, duplicates, twoLeaders, unclearStored);
  }

  /** Ids that are one order on one master and another one on the other. */
  static Set<Long> differing(Map<Long, String> one, Map<Long, String> other) {
    Set<Long> differing = new HashSet<>();
    one.forEach(
        (id, reference) -> {
          String elsewhere = other.get(id);
          if (elsewhere != null && !elsewhere.equals(reference)) {
            differing.add(id);
          }
        });
    return differing;
  }

  /** Runs of the leader's job that came after one of a higher epoch. */
  static Set<String> epochsThatFell(List<Long> epochs) {
    Set<String> fell = new TreeSet<>();
    long highest = 0;
    for (int i = 0; i < epochs.size(); i++) {
      long epoch = epochs.get(i);
      if (epoch < highest) {
        fell.add("run %d of the job: epoch %d wrote after epoch %d".formatted(i, epoch, highest));
      }
      highest = Math.max(highest, epoch);
    }
    return fell;
  }

  private static Map<Long, String> orders(DatabaseServer server) {
    Map<Long, String> orders = new HashMap<>();
    query(
        server,
        "SELECT id, reference FROM orders",
        row -> orders.put(row.getLong(1), row.getString(2)));
    return orders;
  }

  private static List<Long> epochs(DatabaseServer server) {
    List<Long> epochs = new ArrayList<>();
    query(server, "SELECT epoch FROM job_runs ORDER BY id", row -> epochs.add(row.getLong(1)));
    return epochs;
  }

  /** Takes a row. */
  @FunctionalInterface
  private interface RowReader {
    void read(ResultSet row) throws SQLException;
  }

  private static void query(DatabaseServer server, String sql, RowReader reader) {
    try (Connection connection = server.connect(Account.APP);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        reader.read(rows);
      }
    } catch (SQLException e) {
      throw new GameDayException(
          "%s does not answer the audit: %s".formatted(server.name(), e.getMessage()), e);
    }
  }
}
