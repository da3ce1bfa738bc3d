package io.understudy.samples.orders;

import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.orders.LedgerLine.Kind;
import io.understudy.samples.orders.OrderTable.Order;
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
import java.util.TreeMap;

/**
 * A small model of the orders: what the ledgers say must be found in the tables, and nothing else
 * may be there. {@code db-01} issues odd ids, {@code db-02} even ones, so an id tells where it was
 * written.
 */
final class Audit {
  private final List<LedgerLine> ledger;
  private final Map<Long, Row> survivor;
  private final Map<Long, Row> other;
  private final String otherName;

  /** A row of the table. */
  record Row(Order order, long generation) {}

  /** The ledger is taken first, so that nothing that was acknowledged may be missing. */
  Audit(Book book, DatabaseServer survivor, DatabaseServer other) {
    this(book.all(), rows(survivor), other.name(), rows(other));
  }

  Audit(List<LedgerLine> ledger, Map<Long, Row> survivor, String otherName, Map<Long, Row> other) {
    this.ledger = List.copyOf(ledger);
    this.survivor = new TreeMap<>(survivor);
    this.otherName = otherName;
    this.other = new TreeMap<>(other);
  }

  private static Map<Long, Row> rows(DatabaseServer server) {
    Map<Long, Row> rows = new TreeMap<>();
    try (Connection connection = server.connect(Account.APP);
        Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery("SELECT id, member, client, sequence, generation FROM orders")) {
      while (found.next()) {
        Order order = new Order(found.getString(2), found.getInt(3), found.getLong(4));
        rows.put(found.getLong(1), new Row(order, found.getLong(5)));
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(server + " does not answer the audit", e);
    }
  }

  /** Acknowledged orders that the survivor has not. */
  List<LedgerLine> lost() {
    return ledger.stream()
        .filter(it -> it.outcome().isStored())
        .filter(it -> !isIn(survivor, it))
        .toList();
  }

  /** How many of them the other master has. */
  long stranded() {
    return lost().stream().filter(it -> isIn(other, it)).count();
  }

  /**
   * Rows that the other master issued and the survivor has not; what comes from there may come
   * late.
   */
  long strandedRows() {
    return other.keySet().stream()
        .filter(id -> issuer(id).equals(otherName) && !survivor.containsKey(id))
        .count();
  }

  private static String issuer(long id) {
    return id % 2 == 1 ? "db-01" : "db-02";
  }

  private static boolean isIn(Map<Long, Row> rows, LedgerLine line) {
    Row row = rows.get(line.id());
    return row != null
        && row.order().equals(new Order(line.member(), line.client(), line.sequence()))
        && row.generation() == line.generation();
  }

  /** Orders that are stored twice, and ids that are two orders. */
  List<String> duplicates() {
    List<String> duplicates = new ArrayList<>();
    Map<Order, Long> ids = new HashMap<>();
    Map<Long, Row> both = new TreeMap<>(survivor);
    other.forEach(
        (id, row) -> {
          Row known = both.putIfAbsent(id, row);
          if (known != null && !known.equals(row)) {
            duplicates.add("id %d is %s and %s".formatted(id, known, row));
          }
        });
    both.forEach(
        (id, row) -> {
          Long known = ids.putIfAbsent(row.order(), id);
          if (known != null) {
            duplicates.add("%s is %d and %d".formatted(row.order(), known, id));
          }
        });
    return duplicates;
  }

  /** What breaks the rules of one writer in a generation, as sentences. */
  List<String> violations() {
    List<String> violations = new ArrayList<>();
    Map<Long, String> writers = new HashMap<>();
    for (LedgerLine line : ledger) {
      if (line.outcome().isStored()) {
        String issuer = issuer(line.id());
        if (!issuer.equals(line.master())) {
          violations.add("written to %s: %s".formatted(issuer, line.text()));
        }
        String writer = writers.putIfAbsent(line.generation(), issuer);
        if (writer != null && !writer.equals(issuer)) {
          violations.add("acknowledged by %s too: %s".formatted(writer, line.text()));
        }
      }
    }
    violations.addAll(lateWrites(survivor));
    violations.addAll(lateWrites(other));
    violations.addAll(nobodys());
    return violations;
  }

  /** A master issues ids upwards, so a lower generation after a higher one wrote after its end. */
  private static List<String> lateWrites(Map<Long, Row> rows) {
    List<String> late = new ArrayList<>();
    long[] highest = {0, 0};
    rows.forEach(
        (id, row) -> {
          int issuer = (int) (id % 2);
          if (row.generation() < highest[issuer]) {
            late.add("id %d after generation %d: %s".formatted(id, highest[issuer], row));
          }
          highest[issuer] = Math.max(highest[issuer], row.generation());
        });
    return late;
  }

  /** Rows of attempts that said that they left nothing. */
  private List<String> nobodys() {
    Map<Order, Kind> last = new HashMap<>();
    ledger.forEach(
        it -> last.put(new Order(it.member(), it.client(), it.sequence()), it.outcome()));
    Set<Order> stored = new HashSet<>();
    survivor.values().forEach(row -> stored.add(row.order()));
    return stored.stream()
        .filter(order -> last.containsKey(order) && last.get(order).mayRepeat())
        .map(order -> "stored, though the last word was %s: %s".formatted(last.get(order), order))
        .toList();
  }

  /** How many attempts without a clear outcome are stored. */
  long unclearStored() {
    Set<Order> unclear = new HashSet<>();
    ledger.stream()
        .filter(it -> it.outcome() == Kind.UNKNOWN || it.outcome() == Kind.ERROR)
        .forEach(it -> unclear.add(new Order(it.member(), it.client(), it.sequence())));
    return survivor.values().stream().filter(row -> unclear.contains(row.order())).count();
  }

  int orders() {
    return survivor.size();
  }
}
