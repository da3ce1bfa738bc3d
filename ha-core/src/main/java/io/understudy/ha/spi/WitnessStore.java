package io.understudy.ha.spi;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A database that holds a witness' votes: one row for each role, shared by all members. {@code
 * io.understudy.jdbc.JdbcWitness} is one for MySQL, MariaDB and PostgreSQL.
 *
 * <p>The rules of the election are not its business. It keeps rows, and its duties are these; the
 * cluster's safety rests on them:
 *
 * <ul>
 *   <li>A write that was reported as done is durable, whatever crashes next, and visible to every
 *       later read.
 *   <li>A replacement happens whole, and only if the stored row still has the life and version of
 *       the one that it replaces.
 *   <li>A session talks to one server over one connection for as long as it lives. It never
 *       reconnects by itself, and it is not opened to another server than the one that has written
 *       the rows.
 *   <li>A call that failed may still take effect later: report a failure, never guess an outcome.
 * </ul>
 */
public interface WitnessStore {
  /**
   * Opens a session and leaves a note of its owner in the store, for {@link Content#sessions()}.
   * May block. Called on a thread of its own, again and again while the store is away.
   *
   * @param owner on whose behalf
   * @param limit how long this and each later call on the session may take at most; a call that
   *     takes longer has failed
   * @return the session; the caller closes it
   * @throws IOException if the store cannot be reached or cannot serve as a witness; the message
   *     says why and what to do, and reaches the operator
   */
  Session open(Owner owner, Duration limit) throws IOException;

  /** One connection to the one server. Used by one thread at a time. A failed one is closed. */
  interface Session extends AutoCloseable {
    /**
     * Reads all rows of the cluster, as they are committed now. If the owner's note is not among
     * them, because somebody deleted it, it is left again.
     *
     * @return rows and notes
     * @throws IOException if it failed; the session is of no more use
     */
    Content read() throws IOException;

    /**
     * Creates a row.
     *
     * @param row the row
     * @return false if there is one of that role already
     * @throws IOException if the outcome is unknown; the session is of no more use
     */
    boolean create(WitnessRow row) throws IOException;

    /**
     * Replaces a row if it still has the same life and version.
     *
     * @param before what it was read as
     * @param after what it is to be
     * @return false if the row has changed or is gone
     * @throws IOException if the outcome is unknown; the session is of no more use
     */
    boolean replace(WitnessRow before, WitnessRow after) throws IOException;

    /**
     * What an operator should mend, though the session works: settings under which a crash of the
     * server could lose a vote, for example.
     *
     * @return one sentence each, with what to do
     */
    default List<String> warnings() {
      return List.of();
    }

    /** Closes the connection; never throws. */
    @Override
    void close();
  }

  /**
   * On whose behalf a session is opened.
   *
   * @param cluster the cluster's name; its rows are kept apart from those of other clusters
   * @param member the member
   * @param incarnation its life
   */
  record Owner(String cluster, String member, long incarnation) {}

  /**
   * What a store holds for a cluster.
   *
   * @param rows one for each role
   * @param sessions the life with which each member last opened a session here; how members notice
   *     that they were given different databases
   */
  record Content(List<WitnessRow> rows, Map<String, Long> sessions) {
    /** Copies. */
    public Content {
      rows = List.copyOf(rows);
      sessions = Map.copyOf(sessions);
    }
  }
}
