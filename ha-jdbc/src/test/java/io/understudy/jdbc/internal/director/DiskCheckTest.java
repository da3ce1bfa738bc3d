package io.understudy.jdbc.internal.director;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.understudy.jdbc.internal.dialect.Dialect;
import io.understudy.jdbc.internal.dialect.LogLine;
import io.understudy.jdbc.internal.dialect.Writes;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a server says is made up here; what servers do say is in DiskFullTest. */
class DiskCheckTest {
  private static final String NOTHING = "";
  private static final String HANGS = "commits hang, and none ends: its error log tells why";

  private final DiskCheck check = new DiskCheck(Duration.ofSeconds(1), () -> this.nanos);
  private final Dialect dialect = answering(Dialect.class);
  private final Connection connection = answering(Connection.class);

  private long nanos;
  private Writes writes = new Writes("", Set.of(), false);
  private String committed = "a:1-5";
  private boolean large;
  private String toldOfLog = "";
  private Duration askedOfLog = Duration.ZERO;
  private Optional<LogLine> toldOfTables = Optional.empty();

  @Test
  void whatASessionSaysCountsAtOnce() throws SQLException {
    writes = new Writes("Waiting for someone to free space", Set.of(7L), false);
    assertEquals(
        "commits hang in state 'Waiting for someone to free space'",
        check.look(dialect, connection));
  }

  @Test
  void commitsThatHangForTenSecondsCount() throws SQLException {
    hang(7, 8);
    assertEquals(NOTHING, lookAt(0));
    assertEquals(NOTHING, lookAt(9_999));
    assertEquals(HANGS, lookAt(11_000));
    hang();
    assertEquals(NOTHING, lookAt(11_500), "asked again before its time, because it was full");
  }

  @Test
  void commitsThatEndMeanwhileDoNotHang() throws SQLException {
    hang(7, 8);
    assertEquals(NOTHING, lookAt(0));
    committed = "a:1-6";
    assertEquals(NOTHING, lookAt(9_000));
    assertEquals(NOTHING, lookAt(18_999), "hanging since the ninth second");
    hang(9);
    assertEquals(NOTHING, lookAt(20_000), "somebody else commits");
    assertEquals(HANGS, lookAt(30_000));
  }

  @Test
  void aLargeTransactionMayTakeItsTime() throws SQLException {
    hang(7);
    large = true;
    assertEquals(NOTHING, lookAt(0));
    assertEquals(NOTHING, lookAt(60_000));
    large = false;
    assertEquals(HANGS, lookAt(61_000));
  }

  /** One of a group that commits waits for the other server, the rest wait for that one. */
  @Test
  void whoWaitsBehindAnAcknowledgementDoesNotHang() throws SQLException {
    writes = new Writes("", Set.of(7L, 8L), true);
    assertEquals(NOTHING, lookAt(0));
    assertEquals(NOTHING, lookAt(60_000));
    hang(7, 8);
    assertEquals(HANGS, lookAt(61_000));
  }

  @Test
  void theLogIsAskedOfTheTimeSinceCommitsHang() throws SQLException {
    DiskCheck often = new DiskCheck(Duration.ofMillis(1), () -> nanos);
    toldOfLog = "disk is full";
    assertEquals(NOTHING, lookAt(0), "nobody commits");
    hang(7);
    assertEquals(NOTHING, lookAt(5_000));
    assertEquals(NOTHING, often.look(dialect, connection));
    nanos += Duration.ofMillis(999).toNanos();
    assertEquals(NOTHING, often.look(dialect, connection));
    assertEquals("it says: disk is full", lookAt(7_000));
    assertEquals(Duration.ofSeconds(2), askedOfLog);
  }

  @Test
  void oneLineCountsOnceHoweverOftenItIsSeen() throws SQLException {
    toldOfTables = Optional.of(new LogLine("1000.1", "no space"));
    for (int millis = 0; millis < 5_000; millis += 500) {
      assertEquals(NOTHING, lookAt(millis));
    }
    toldOfTables = Optional.empty();
    assertEquals(NOTHING, lookAt(5_000));
    toldOfTables = Optional.of(new LogLine("1006.1", "no space"));
    assertEquals(NOTHING, lookAt(6_000), "the first is long gone");
    toldOfTables = Optional.of(new LogLine("1006.2", "no space"));
    assertEquals("it says: no space", lookAt(6_100));
    assertEquals("it says: no space", lookAt(6_200), "nothing new, and nothing that takes it back");
    toldOfTables = Optional.empty();
    assertEquals(NOTHING, lookAt(12_000));
  }

  private void hang(long... sessions) {
    Set<Long> ids = new HashSet<>();
    for (long session : sessions) {
      ids.add(session);
    }
    writes = new Writes("", ids, false);
  }

  private String lookAt(int millis) throws SQLException {
    nanos = Duration.ofMillis(millis).toNanos();
    return check.look(dialect, connection);
  }

  private <T> T answering(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "writes" -> writes;
                  case "committed" -> committed;
                  case "isLarge" -> large;
                  case "toldOfFullTables" -> toldOfTables;
                  case "toldOfFullLog" -> {
                    askedOfLog = (Duration) arguments[1];
                    yield toldOfLog;
                  }
                  default -> throw new UnsupportedOperationException(method.getName());
                }));
  }
}
