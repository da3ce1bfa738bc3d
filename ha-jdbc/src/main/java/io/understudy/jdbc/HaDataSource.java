package io.understudy.jdbc;

import javax.sql.DataSource;

/**
 * A DataSource that hands out connections to the one writer that the cluster agreed on. Threadsafe.
 *
 * <pre>{@code
 * HaDataSource orders = HaDataSource.builder()
 *     .node(node).name("main")
 *     .master("db-01", poolOf("jdbc:mysql://db-01/shop"), managerOf("jdbc:mysql://db-01/"))
 *     .master("db-02", poolOf("jdbc:mysql://db-02/shop"), managerOf("jdbc:mysql://db-02/"))
 *     .build();
 * }</pre>
 *
 * <p>The member that leads the role {@code db:<name>} is the director: it probes the masters, keeps
 * all but one read-only, and writes the assignment into the role's register. Every JVM routes by
 * the committed assignment alone, and only while the director vouches for it. A connection belongs
 * to one writer for its life: when the writer changes, or this JVM loses touch with the director,
 * it is aborted, and its next use fails with an {@link HaSqlException} that says what became of the
 * work.
 *
 * <p>{@link #getConnection()} waits up to the borrow time-out for an agreed writer, then throws
 * {@link NoWriterException}. The variant with user and password is not supported: the pools know
 * them.
 */
public interface HaDataSource extends DataSource, AutoCloseable {
  /**
   * Begins the configuration.
   *
   * @return a new builder
   */
  static HaDataSourceBuilder builder() {
    return new HaDataSourceBuilder();
  }

  /**
   * Whether a connection to the writer could be lent now: one is agreed and open, and the director
   * vouches for it. For gates that are asked for every request; the answer may be old when it
   * arrives, so the connection itself is checked at each use all the same. Two volatile reads and a
   * clock read.
   *
   * @return true if {@link #getConnection()} would not wait for an agreement
   */
  boolean isWriterAvailable();

  /**
   * A snapshot for people and monitoring. Takes no lock and asks no server.
   *
   * @return the status
   */
  HaDataSourceStatus status();

  /**
   * Gives up directing, aborts the borrowed connections and ends the threads. The pools stay open:
   * whoever made them closes them. Closing twice does nothing.
   */
  @Override
  void close();
}
