package io.understudy.jdbc.internal.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.RegisterVersion;
import io.understudy.jdbc.Phase;
import io.understudy.jdbc.RouteInfo;
import io.understudy.jdbc.internal.connection.TokenLook.Answer;
import io.understudy.jdbc.internal.dialect.ServerLife;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Queue;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** Servers that do not answer; helpers that run when the test says so. */
class TokenLookTest {
  private static final CommitToken TOKEN = new CommitToken(1, 1, 1, new ServerLife("", 0, 0, true));

  private final Queue<Runnable> helpers = new ArrayDeque<>();
  private final TokenLook look =
      new TokenLook(new CommitTokens("t", "n1"), TOKEN, HandRegister.WRITER, helpers::add);

  @Test
  void aServerThatDoesNotAnswerIsAskedOnce() throws Exception {
    assertEquals(Answer.SILENT, look.ask(route("db-01"), System.nanoTime()));
    assertEquals(Answer.SILENT, look.ask(route("db-01"), System.nanoTime()));
    assertEquals(1, helpers.size());
    assertEquals(Answer.SILENT, look.ask(route("db-02"), System.nanoTime()));
    assertEquals(2, helpers.size(), "another one is asked meanwhile");
    helpers.forEach(Runnable::run);
    assertEquals(Answer.SILENT, look.ask(route("db-01"), System.nanoTime()), "it has failed");
    assertEquals(Answer.SILENT, look.ask(route("db-01"), System.nanoTime()));
    assertEquals(3, helpers.size(), "now it is asked again");
  }

  /** A third one may have received what the old writer forgot, and nobody asks it. */
  @Test
  void ofThreeMastersTwoDoNotProveWhatARestartTook() {
    assertTrue(CommitSearch.hasEnded(Answer.ABSENT, Answer.ABSENT_AFTER_RESTART, 2));
    assertFalse(CommitSearch.hasEnded(Answer.ABSENT, Answer.ABSENT_AFTER_RESTART, 3));
    assertTrue(CommitSearch.hasEnded(Answer.ABSENT, Answer.ABSENT, 3));
    assertFalse(CommitSearch.hasEnded(Answer.SILENT, Answer.ABSENT, 2));
  }

  private static Route route(String writer) {
    RouteInfo info = new RouteInfo("n1", writer, Phase.SERVING, 1, 1);
    return new Route(
        RegisterVersion.NONE, HandRegister.serving(1, writer), info, new Refusing(), "");
  }

  /** What it is asked in time does not matter here. */
  private static final class Refusing extends AbstractDataSource implements DataSource {
    @Override
    public Connection getConnection() throws SQLException {
      throw new SQLException("refused by the test");
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
      return getConnection();
    }
  }
}
