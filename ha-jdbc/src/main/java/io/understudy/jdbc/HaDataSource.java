package io.understudy.jdbc;

import io.understudy.ha.Subscription;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
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
 * it is aborted, and its next use fails with an exception whose type says what to do: {@link
 * RetryableSqlException} or {@link UnknownOutcomeException}, see {@link HaFailure}.
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
   * Connections for reading alone, if {@link HaDataSourceBuilder#readsWithoutQuorum} allows them:
   * they need no permit, so a JVM without quorum can still read. Who may write gets them too.
   *
   * <p>No write passes by them: the session is read-only at the server, and whatever could change
   * that is refused, as are procedures, updatable rows, several statements in one text, {@code
   * setReadOnly(false)} and unwrapping. A connection belongs to one master, {@link
   * HaConnection#master()}. When the generation that it was borrowed under is over it can be used
   * for the {@linkplain HaDataSourceBuilder#drainTimeout drain time-out}, and is lost then with a
   * {@link WriterLostException}: get another one. If none can be had within the {@linkplain
   * HaDataSourceBuilder#borrowTimeout borrow time-out}, {@link NoWriterException} says of each
   * master why. One borrows and returns in order: an open transaction is rolled back by close.
   *
   * <p>Spring calls {@code setReadOnly} after it has got a connection, which is too late to choose:
   * put a {@code LazyConnectionDataSourceProxy} before this data source and give it the reader as
   * {@code readOnlyDataSource}, and default auto-commit and isolation, which it asks a connection
   * to the writer for otherwise. Then {@code @Transactional(readOnly = true)} reads without quorum.
   *
   * @return the same one each time
   * @throws IllegalStateException if reading was not allowed
   */
  DataSource reader();

  /**
   * Whether a connection to the writer could be lent now, or within moments: one is agreed and
   * open, and the director vouches for it or did so a quarter second ago; or the writer is being
   * changed {@linkplain #switchTo on purpose}, for not longer than a borrower waits. For gates that
   * are asked for every request; the answer may be old when it arrives, so the connection itself is
   * checked at each use all the same. Three volatile reads and a clock read.
   *
   * @return true if {@link #getConnection()} would not wait for an agreement that may never come
   */
  boolean isWriterAvailable();

  /**
   * A snapshot for people and monitoring. Takes no lock and asks no server.
   *
   * @return the status
   */
  HaDataSourceStatus status();

  /**
   * Subscribes to what happens to the writer, the masters and planned changes from now on.
   *
   * @param listener called in order on a thread of its own, so it may block and ask this data
   *     source; what it throws is logged. If it falls 1,000 events behind it loses the oldest ones,
   *     see {@link HaDataSourceEvent.Overflow}
   * @return ends the subscription, as {@link #close} does
   */
  Subscription subscribe(Consumer<? super HaDataSourceEvent> listener);

  /**
   * Makes another master the writer, without an error for callers within the bounds: borrowers are
   * held, connections that are out go on until they are returned or the drain time-out is over, the
   * old writer is made read-only, the new one applies all that the old one has, and borrowers get
   * connections to it. Any JVM can be asked, the director alone does it: elsewhere the order is
   * told to the director, which takes some tens of milliseconds more, and the answer comes back. An
   * order is meant for one director, so it is never done twice. If that one is lost before it
   * answers, or says nothing for three times the longest hold (below) and two leases, the outcome
   * is {@link SwitchoverResult.Outcome#UNKNOWN}: look at the {@link #status()} before asking again.
   * A JVM forwards one order at a time.
   *
   * <p>Borrowers are held for the {@linkplain HaDataSourceBuilder#drainTimeout drain time-out} (1 s
   * if that is shorter and a JVM does not hear), 1 s for locks at the old writer, the {@linkplain
   * HaDataSourceBuilder#catchUpTimeout catch-up time-out} and a {@linkplain
   * HaDataSourceBuilder#probeTimeout probe time-out} for a server that hangs, at most, which
   * together must be less than the {@linkplain HaDataSourceBuilder#borrowTimeout borrow time-out}.
   * If the next writer hangs, the old one is opened again when the next one counts as gone, mostly
   * one probe time-out later; a JVM that drops out of the cluster at that very moment can add a
   * lease. Tens of milliseconds are usual. If nothing goes on any more, as with a server that lives
   * and refuses the director, that is an {@link SwitchoverResult.Outcome#OVERTAKEN} with the reason
   * after the same time. A thread that borrows a second connection while it holds one waits until
   * the drain time-out ends the first.
   *
   * <p>A connection that is still out after the drain time-out is aborted: its next use fails with
   * {@link Outcome#ROLLED_BACK}, or {@link Outcome#UNKNOWN} if its commit was under way.
   *
   * @param master its configured name
   * @return completes with what came of it, on a thread of this data source; fails with {@link
   *     SwitchoverRefusedException}, which says why, if no director is known here, the master is
   *     unknown, is the writer already, does not answer, does not replicate or is too far behind,
   *     the writer replicates from nobody, a master holds transactions to review, ids are not
   *     proved unique, or another change is under way. Then nobody was held
   */
  CompletionStage<SwitchoverResult> switchTo(String master);

  /**
   * Gives up directing, aborts the borrowed connections and ends the threads. The pools stay open:
   * whoever made them closes them. Closing twice does nothing.
   */
  @Override
  void close();
}
