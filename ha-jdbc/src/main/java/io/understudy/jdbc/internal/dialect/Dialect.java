package io.understudy.jdbc.internal.dialect;

import io.understudy.jdbc.internal.routing.ServerFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * What is said to a server of one product. Stateless. Every call uses the given session alone and
 * is bounded by its network time-out.
 */
public interface Dialect {
  /** How long a session that holds the lock of a server has to end, once it is told to. */
  Duration LOCK_TIMEOUT = Duration.ofSeconds(2);

  /**
   * The dialect of a server, by what it says of itself: drivers report "MySQL" for MariaDB too.
   *
   * @param connection a session
   * @return its dialect
   * @throws SQLException if the server does not answer
   */
  static Dialect of(Connection connection) throws SQLException {
    return of(Sql.value(connection, "SELECT VERSION()"));
  }

  /**
   * The dialect of a version, by the name in it: numbers overlap, and MySQL counts by the calendar
   * since 26.7.
   *
   * @param version as {@code SELECT VERSION()} gives it
   * @return its dialect
   */
  static Dialect of(String version) {
    return version.toLowerCase(Locale.ROOT).contains("mariadb")
        ? new MariaDbDialect(version)
        : new MySqlDialect(version);
  }

  /**
   * Takes the lock that marks the one session in which a server is managed, ending the session that
   * holds it: that of a predecessor, who no longer leads.
   *
   * @param connection a session
   * @param lock its name, at most 64 characters
   * @param leads whether the caller still does; asked directly before a holder is ended, so that
   *     one who was paused does not end its successor
   * @throws SQLException if the lock cannot be had within two seconds, or its holder may not be
   *     ended
   */
  static void takeLock(Connection connection, String lock, BooleanSupplier leads)
      throws SQLException {
    String name = "'" + lock + "'";
    if (Sql.value(connection, "SELECT GET_LOCK(" + name + ", 0)").equals("1")) {
      return;
    }
    String holder = Sql.value(connection, "SELECT IS_USED_LOCK(" + name + ")");
    if (!holder.isEmpty()) {
      if (!leads.getAsBoolean()) {
        throw new SQLException(
            "session %s holds the lock %s and stays, because the lease has ended"
                .formatted(holder, lock));
      }
      kill(connection, holder);
    }
    if (!Sql.value(connection, "SELECT GET_LOCK(%s, %d)".formatted(name, LOCK_TIMEOUT.toSeconds()))
        .equals("1")) {
      throw new SQLException(
          "session %s holds the lock %s and did not end within %d s"
              .formatted(holder, lock, LOCK_TIMEOUT.toSeconds()));
    }
  }

  private static void kill(Connection connection, String session) throws SQLException {
    try {
      Sql.execute(connection, "KILL " + Long.parseLong(session));
    } catch (SQLException e) {
      if (e.getErrorCode() != 1094) { // it has ended meanwhile
        throw e;
      }
    }
  }

  /**
   * The account of a session, quoted for statements.
   *
   * @param connection a session
   * @return {@code 'user'@'host'}
   * @throws SQLException if the server does not answer
   */
  default String account(Connection connection) throws SQLException {
    return Sql.value(
        connection, "SELECT CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')");
  }

  /**
   * The privileges with which the account of a session could write on a fenced server, undo the
   * fence, or withstand being ended for it.
   *
   * @param connection a session of the application
   * @return those that it holds, or can take by a role
   * @throws SQLException if the server does not answer
   */
  List<String> passingFence(Connection connection) throws SQLException;

  /**
   * What the manager's account lacks.
   *
   * @param connection a session of the manager
   * @return the statements that grant it; empty if nothing is missing
   * @throws SQLException if the server does not answer
   */
  String missingGrants(Connection connection) throws SQLException;

  /**
   * Why a server must not become the writer, although it answers.
   *
   * @param connection a session
   * @return what is wrong with it and what to do; empty if nothing is
   * @throws SQLException if it does not answer
   */
  String unfit(Connection connection) throws SQLException;

  /**
   * Which server this is, and since when it has been up. Any account may ask.
   *
   * @param connection a session
   * @return its identity
   * @throws SQLException if it does not answer
   */
  ServerLife life(Connection connection) throws SQLException;

  /**
   * Asks a server about itself.
   *
   * @param connection a session
   * @return the facts
   * @throws SQLException if it does not answer, or the account may not ask
   */
  ServerFacts facts(Connection connection) throws SQLException;

  /**
   * Which transactions of another server this one lacks.
   *
   * @param connection a session
   * @param position the other server's {@link ServerFacts#position()}, taken before this call
   * @return what is missing
   * @throws SQLException if it does not answer
   */
  Gap gap(Connection connection, String position) throws SQLException;

  /**
   * Which writes of a server may not end. Asks for the states of its sessions, and nothing else.
   *
   * @param connection a session
   * @return what they show
   * @throws SQLException if it does not answer
   */
  default Writes writes(Connection connection) throws SQLException {
    return Writes.of(connection);
  }

  /**
   * What the server has told of a full disk since commits hang, as far as it can be asked for that.
   *
   * @param connection a session
   * @param hanging for how long they hang; it may have said so up to a minute before
   * @return its own words; empty if it said nothing, or keeps it to itself
   * @throws SQLException if it does not answer
   */
  default String toldOfFullLog(Connection connection, Duration hanging) throws SQLException {
    return "";
  }

  /**
   * What the server has told last, within seconds, of tables that find no space on a disk. One line
   * proves nothing: a statement may have filled the disk, failed, and left it empty.
   *
   * @param connection a session
   * @return the newest line; nothing if it said nothing, or keeps it to itself
   * @throws SQLException if it does not answer
   */
  default Optional<LogLine> toldOfFullTables(Connection connection) throws SQLException {
    return Optional.empty();
  }

  /**
   * What changes with every commit.
   *
   * @param connection a session
   * @return the transactions that the server has, in the product's own notation
   * @throws SQLException if it does not answer
   */
  String committed(Connection connection) throws SQLException;

  /**
   * Whether a commit may take long for its size alone.
   *
   * @param connection a session
   * @param sessions who commits
   * @return true if one of them has changed very many rows
   * @throws SQLException if the server does not answer
   */
  default boolean isLarge(Connection connection, Set<Long> sessions) throws SQLException {
    List<String> large =
        Sql.values(
            connection,
            "SELECT trx_mysql_thread_id FROM information_schema.innodb_trx"
                + " WHERE trx_rows_modified > 100000");
    return large.stream().anyMatch(id -> sessions.contains(Long.parseLong(id)));
  }

  /**
   * Makes the server refuse all writes, and verifies it; fails if a commit hangs. Sessions of
   * ordinary accounts that block it for more than a second are ended, and those with open
   * transactions after it: their commit would fail, and the rows that they lock would stop
   * replication here.
   *
   * @param connection a session; its network time-out is changed
   * @param limit how long it may take at most; under 1 s nobody is ended
   * @param silenced takes the names of settings that are off for that; what is left in it when the
   *     call fails is still off, and to be {@linkplain SemiSync#restore restored} in another
   *     session
   * @return who was ended
   * @throws SQLException if the server is not verified to be closed
   */
  FenceReport fence(Connection connection, Duration limit, Set<String> silenced)
      throws SQLException;

  /**
   * The prepared XA transactions of the server. In MySQL they can be committed although the server
   * refuses writes.
   *
   * @param connection a session
   * @return their names, those that can pass a fence only
   * @throws SQLException if it does not answer
   */
  List<String> preparedPassingFence(Connection connection) throws SQLException;

  /**
   * Lets the manager write on a closed server, and nobody who could not before.
   *
   * @param connection a session of the manager
   * @throws SQLException if the server does not answer
   */
  void admitManager(Connection connection) throws SQLException;

  /**
   * Makes the server accept writes, and verifies it.
   *
   * @param connection a session
   * @throws SQLException if the server is not verified to be open
   */
  void open(Connection connection) throws SQLException;

  /**
   * Stops fetching, so that what was received is all there is; applying goes on.
   *
   * @param connection a session
   * @return the position that was received, empty without replication
   * @throws SQLException if it could not be stopped
   */
  String stopFetching(Connection connection) throws SQLException;

  /**
   * Waits until the server has applied a position of another server.
   *
   * @param connection a session
   * @param position the position
   * @param bound how long to wait
   * @return whether it has; false at once if transactions are missing that no waiting brings
   * @throws SQLException if it does not answer
   */
  boolean awaitApplied(Connection connection, String position, Duration bound) throws SQLException;

  /**
   * Stops replication on this server: what was received is applied, and nothing more is fetched. An
   * applier in the middle of a transaction goes on, and holds its locks.
   *
   * @param connection a session
   * @return whether the applier has stopped; if not, {@link #giveUpHalf} is to follow
   * @throws SQLException if it could not be stopped
   */
  boolean stopReplication(Connection connection) throws SQLException;

  /**
   * Makes the applier roll back a transaction of which the rest never comes. The server waits a
   * minute for the rest before it does. Does nothing if it fetches again or applies no more.
   *
   * @param connection a session for this alone, with time for an answer of a minute and more
   * @throws SQLException if the applier was not seen to stop
   */
  void giveUpHalf(Connection connection) throws SQLException;

  /**
   * Starts replication on this server.
   *
   * @param connection a session
   * @throws SQLException if it could not be started
   */
  void startReplication(Connection connection) throws SQLException;
}
