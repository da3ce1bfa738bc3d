package io.understudy.samples.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.CommittedWarning;
import io.understudy.jdbc.HaConnection;
import io.understudy.jdbc.Phase;
import io.understudy.jdbc.RouteInfo;
import io.understudy.samples.orders.LedgerLine.Kind;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What no real driver does on demand: it is broken at the worst place, or a commit is found. */
class OrderClientTest {
  private static final RouteInfo ROUTE = new RouteInfo("n1", "db-01", Phase.SERVING, 3, 1);

  @TempDir Path directory;

  @Test
  void anOrderThatABrokenDriverMayHaveStoredIsNotedAndNotRepeated() throws Exception {
    List<LedgerLine> lines = afterTwoAttempts(Map.of("commit", OrderClientTest::breaks));
    assertEquals(List.of(Kind.ERROR, Kind.ERROR), outcomes(lines));
    assertEquals(List.of(1L, 2L), lines.stream().map(LedgerLine::sequence).toList());
    assertEquals(7, lines.get(0).id());
    assertEquals(LedgerLine.NO_STATE, lines.get(0).sqlState());
  }

  @Test
  void whatWasAnsweredStaysAnswered() throws Exception {
    List<LedgerLine> lines =
        afterTwoAttempts(
            Map.of("getWarnings", OrderClientTest::breaks, "close", OrderClientTest::breaks));
    assertEquals(List.of(Kind.ACK, Kind.ACK), outcomes(lines));
  }

  @Test
  void aCommitThatWasFoundIsNotedAsSuch() throws Exception {
    Supplier<@Nullable Object> found = () -> new CommittedWarning("found", ROUTE, null);
    List<LedgerLine> lines = afterTwoAttempts(Map.of("getWarnings", found));
    assertEquals(List.of(Kind.COMMITTED, Kind.COMMITTED), outcomes(lines));
    assertEquals(LedgerLine.SUCCESS, lines.get(0).sqlState());
  }

  private static @Nullable Object breaks() {
    throw new IllegalStateException("a driver's fault");
  }

  private static List<Kind> outcomes(List<LedgerLine> lines) {
    return lines.stream().map(LedgerLine::outcome).toList();
  }

  private List<LedgerLine> afterTwoAttempts(Map<String, Supplier<@Nullable Object>> connection)
      throws Exception {
    Path file = directory.resolve("n1.ledger");
    DataSource source =
        fake(DataSource.class, Map.of("getConnection", () -> connection(connection)));
    try (Ledger ledger = Ledger.open(Optional.of(file))) {
      OrderClient client = new OrderClient("n1", 0, source, ledger, (number, sequence, id) -> {});
      assertTrue(client.attempt());
      assertTrue(client.attempt());
    }
    return Files.readAllLines(file).stream().map(LedgerLine::parse).toList();
  }

  private static HaConnection connection(Map<String, Supplier<@Nullable Object>> changes) {
    Map<String, Supplier<@Nullable Object>> row =
        Map.of("next", () -> true, "getLong", () -> 7L, "close", () -> null);
    Map<String, Supplier<@Nullable Object>> statement =
        Map.of(
            "executeUpdate", () -> 1,
            "executeQuery", () -> fake(ResultSet.class, row),
            "getGeneratedKeys", () -> fake(ResultSet.class, row));
    Map<String, Supplier<@Nullable Object>> answers =
        new HashMap<>(Map.of("prepareStatement", () -> fake(PreparedStatement.class, statement)));
    answers.put("route", () -> ROUTE);
    answers.put("unwrap", () -> fake(HaConnection.class, answers));
    answers.putAll(changes);
    return fake(HaConnection.class, answers);
  }

  private static <T> T fake(Class<T> type, Map<String, Supplier<@Nullable Object>> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> answers.getOrDefault(method.getName(), () -> null).get()));
  }
}
