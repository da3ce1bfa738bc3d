package io.understudy.samples.orders;

import io.understudy.samples.node.Usage;

/** What {@code --help} prints. */
final class OrdersUsage {
  static final String TEXT =
      """
      A member of an Understudy cluster that inserts orders into the agreed one of several masters.

      java -jar ha-orders.jar (the member's options, below) --db shop
           --master db-01=jdbc:mysql://127.0.0.1:3306/shop
           --master db-02=jdbc:mysql://127.0.0.1:3307/shop
           --user U --password-file FILE --manager-user M --manager-password-file FILE [options]

      The same masters in the same order on all members.

      Required
        --db NAME              the data source; its role is db:NAME
        --master NAME=URL      a master; at least two. One server a URL, with the database; what is
                               given there as a parameter wins over the program's own time limits
        --user NAME            the application's account; --password-file FILE holds its password
        --manager-user NAME    the account that switches read-only mode; --manager-password-file

      Options
        --clients N            threads that insert; default 4, 0 to 500
        --rate N               orders a second of all of them; default 50, 1 to 100000
        --ledger FILE          append a line for each finished attempt, in one write:
                                 mono member client sequence outcome id master generation sqlstate
                               mono: System.nanoTime; outcome: ACK, NOT_EXECUTED, ROLLED_BACK,
                               COMMITTED, UNKNOWN or ERROR; without them id and generation are 0,
                               the master is '-'; the SQLState of a success is 00000, '-' if
                               a failure has none. Sequence numbers go on where the file ends;
                               without one they begin at 1
        --guarded              each transaction proves to the database that its writer's term goes
                               on: the table ha_epoch names the generation that may write. The
                               director creates it if the manager's account may, on that table:
                                 GRANT CREATE, SELECT, INSERT, UPDATE ON shop.ha_epoch TO M
        --resolve              find out what became of a commit whose answer was lost, for 10s
        --probe-interval TIME  how often the director probes; default 500ms
        --probe-timeout TIME   how long it waits for an answer; default 1s
        --minimum-writer-time TIME
                               how long a writer stays after a failover, longer with each in a row;
                               default 0s, because a drill kills often (10s in the library)

      It creates the table orders (id, member, client, sequence, generation, written) on the
      writer, and with --resolve ha_commits. Each client looks for its last order, inserts the next
      one and commits. What certainly left nothing is repeated under the same number, anything else
      is not.

      Events besides those of a member
        writer (master, generation, phase, candidate, epoch, reason)
        master (name, state, lag, role, stranded, problem, seenBy), as this member sees it: state is
          open, read-only, disk-full, unreachable or unknown; lag in seconds; seenBy by member
        switchover (step, milliseconds, from, to, outcome, reason, director), whoever directs
        failover-held (master, milliseconds, reason), on the director: the writer is lost and stays
        orders (table, clients) once it inserts; missing (client, sequence, id): an acknowledged
          order that the writer has not

      HTTP besides that of a member
        GET  /ha/db
        POST /ha/db/switch?to=db-02     at any member, the director does it: 200 once it is the
                                        writer; 409 refused, or gone back; 504 not known (yet): see
                                        /ha/db before asking again

      The member's options
      --------------------
      """
          + Usage.TEXT;

  private OrdersUsage() {}
}
