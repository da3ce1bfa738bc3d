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
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

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

  /**
   * A row of the table.
   *
   * @param order what is stored
   * @param generation whose connection stored it
   * @param writtenMicros when its server began to insert it, by the clock of the machine
   */
  record Row(Order order, long generation, long writtenMicros) {}

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
            statement.executeQuery(
                "SELECT id, member, client, sequence, generation,"
                    + " CAST(UNIX_TIMESTAMP(written) * 1000000 AS SIGNED) FROM orders")) {
      while (found.next()) {
        Order order = new Order(found.getString(2), found.getInt(3), found.getLong(4));
        rows.put(found.getLong(1), new Row(order, found.getLong(5), found.getLong(6)));
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
    return row != null && row.order().equals(order(line)) && row.generation() == line.generation();
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
    violations.addAll(overlaps());
    violations.addAll(denied());
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

  /**
   * Rows that a master began to insert after another master, or the same one, had begun to insert
   * rows of a later generation. All servers of a test read one clock; wrong clocks are given to
   * members only.
   *
   * <p>{@code written} is the start of the INSERT at the server, and its commit comes later. So
   * this gives no false alarm: what is begun in a generation and committed after its end, but
   * before the fence, is no fault, nor is an INSERT that waited in a frozen server, because its
   * COMMIT is sent only after its answer, and not after the end of the generation. And it hides one
   * transaction of each connection: one that began before the first row of the later generation and
   * was committed after it. A master that goes on to serve is found by the next one.
   */
  private List<String> overlaps() {
    NavigableMap<Long, Long> begun = new TreeMap<>(); // the first row of each generation
    Map<Long, Row> all = all();
    all.values().forEach(it -> begun.merge(it.generation(), it.writtenMicros(), Math::min));
    Map<Long, Long> over = new HashMap<>(); // the first row of any later one
    long firstMicros = Long.MAX_VALUE;
    for (Map.Entry<Long, Long> generation : begun.descendingMap().entrySet()) {
      over.put(generation.getKey(), firstMicros);
      firstMicros = Math.min(firstMicros, generation.getValue());
    }
    List<String> late = new ArrayList<>();
    all.forEach(
        (id, row) -> {
          long lateMicros = row.writtenMicros() - over.getOrDefault(row.generation(), 0L);
          if (lateMicros > 0) {
            late.add("id %d %d us after a later generation: %s".formatted(id, lateMicros, row));
          }
        });
    return late;
  }

  private Map<Long, Row> all() {
    Map<Long, Row> all = new TreeMap<>(other);
    all.putAll(survivor);
    return all;
  }

  /** Rows that no attempt can have left, by what was said of it. */
  private List<String> denied() {
    Map<Order, List<LedgerLine>> attempts =
        ledger.stream().collect(Collectors.groupingBy(Audit::order));
    List<String> denied = new ArrayList<>();
    all()
        .forEach(
            (id, row) -> {
              if (attempts.containsKey(row.order()) && isDenied(id, row.order(), attempts)) {
                denied.add("id %d is stored, though %s".formatted(id, attempts.get(row.order())));
              }
            });
    return denied;
  }

  private static boolean isDenied(long id, Order order, Map<Order, List<LedgerLine>> attempts) {
    List<LedgerLine> all = attempts.getOrDefault(order, List.of());
    List<LedgerLine> its = all.stream().filter(it -> it.id() == id).toList();
    if (!its.isEmpty()) {
      return its.stream().allMatch(it -> it.outcome().mayRepeat());
    }
    boolean unheard = all.stream().anyMatch(it -> it.id() == 0 && !it.outcome().mayRepeat());
    return !unheard && !mayBeUnderWay(order, all, attempts);
  }

  /**
   * Whether the process may have died during a repetition, before its line: then nothing else was
   * noted, and the next life left out the next number.
   */
  private static boolean mayBeUnderWay(
      Order order, List<LedgerLine> noted, Map<Order, List<LedgerLine>> attempts) {
    Order next = new Order(order.member(), order.client(), order.sequence() + 1);
    return noted.get(noted.size() - 1).outcome().mayRepeat() && !attempts.containsKey(next);
  }

  private static Order order(LedgerLine line) {
    return new Order(line.member(), line.client(), line.sequence());
  }

  /** How many attempts without a clear outcome are stored. */
  long unclearStored() {
    Set<Order> unclear = new HashSet<>();
    ledger.stream()
        .filter(it -> it.outcome() == Kind.UNKNOWN || it.outcome() == Kind.ERROR)
        .forEach(it -> unclear.add(order(it)));
    return survivor.values().stream().filter(row -> unclear.contains(row.order())).count();
  }

  int orders() {
    return survivor.size();
  }
}
