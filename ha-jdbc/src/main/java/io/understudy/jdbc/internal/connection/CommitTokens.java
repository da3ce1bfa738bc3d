package io.understudy.jdbc.internal.connection;

import io.understudy.jdbc.internal.dialect.Dialect;
import io.understudy.jdbc.internal.dialect.EpochTable;
import io.understudy.jdbc.internal.dialect.ServerLife;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The table of commit tokens. A row belongs to one borrowed connection of one life of a member and
 * one term of a writer, so nobody waits for another one's row, and no row of a writer that was cut
 * off collides with one of its successor. It is updated by each transaction that wrote something. A
 * row whose last transaction is in doubt is never used again, because that may hold its lock for
 * long. Threadsafe.
 */
final class CommitTokens {
  private final String table;
  private final String member;
  private final long life = UUID.randomUUID().getMostSignificantBits();
  private final Queue<Integer> free = new ConcurrentLinkedQueue<>();
  private final AtomicInteger slots = new AtomicInteger();
  private final AtomicLong seq = new AtomicLong();
  private volatile @Nullable Writer writer;

  /** Who runs the transactions of a generation. */
  private record Writer(long generation, ServerLife life) {}

  CommitTokens(String table, String member) {
    this.table = table;
    this.member = member;
  }

  String table() {
    return table;
  }

  /**
   * A row for a connection; to be {@linkplain #giveBack given back}. Taken before the connection's
   * first statement: to a snapshot that began earlier its last change would be one made meanwhile,
   * and MariaDB with innodb_snapshot_isolation rolls back for that.
   */
  int take() {
    Integer known = free.poll();
    return known == null ? slots.incrementAndGet() : known;
  }

  void giveBack(int slot) {
    free.add(slot);
  }

  /**
   * Which server runs this connection's transactions. Asked once in a generation: a server that was
   * set up anew meanwhile counts as another one than it is, which says less and nothing false.
   */
  ServerLife life(Connection connection, long generation) throws SQLException {
    Writer known = writer;
    if (known == null || known.generation() != generation) {
      known = new Writer(generation, Dialect.of(connection).life(connection));
      writer = known;
    }
    return known.life();
  }

  /** The server that runs transactions may be another one by now, so the next one asks again. */
  void forgetWriter() {
    writer = null;
  }

  CommitToken next(int slot, long generation, ServerLife ran) {
    return new CommitToken(slot, generation, seq.incrementAndGet(), ran);
  }

  /**
   * Writes a token within the transaction that is about to be committed.
   *
   * @param epochs if given: only if its row admits the token's generation, which is locked with it
   * @return whether it was written
   */
  boolean write(Connection connection, CommitToken token, @Nullable EpochTable epochs)
      throws SQLException {
    String sql =
        epochs == null
            ? CommitTable.insert(table, "VALUES (?, ?, ?, ?, ?)")
            : CommitTable.insert(
                table, "SELECT ?, ?, ?, ?, ? " + epochs.sharedBy(token.generation()));
    try (PreparedStatement write = connection.prepareStatement(sql)) {
      write.setString(1, member);
      write.setLong(2, life);
      write.setInt(3, token.slot());
      write.setLong(4, token.seq());
      write.setLong(5, token.generation());
      write.setLong(6, token.seq());
      return write.executeUpdate() > 0;
    } catch (SQLException e) {
      throw CommitTable.isUnusable(e)
          ? new SQLException(
              CommitTable.advice(table) + ": " + e.getMessage(),
              e.getSQLState(),
              e.getErrorCode(),
              e)
          : e;
    }
  }

  /** The number that the row of a token holds, by the connection's isolation; 0 without a row. */
  long held(Connection connection, CommitToken token) throws SQLException {
    try (PreparedStatement look = connection.prepareStatement(CommitTable.select(table))) {
      look.setString(1, member);
      look.setLong(2, life);
      look.setInt(3, token.slot());
      look.setLong(4, token.generation());
      try (ResultSet rows = look.executeQuery()) {
        return rows.next() ? rows.getLong(1) : 0;
      }
    }
  }
}
