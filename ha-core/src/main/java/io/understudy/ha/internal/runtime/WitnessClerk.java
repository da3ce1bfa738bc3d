package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.witness.Errand;
import io.understudy.ha.internal.witness.Question;
import io.understudy.ha.internal.witness.RowRules;
import io.understudy.ha.internal.witness.WitnessDesk;
import io.understudy.ha.spi.WitnessStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the errands of one life's {@link WitnessDesk} in the database, on a thread of its own: the
 * election never waits for a database. Answers come late from a slow one and are then judged like
 * any late message.
 */
final class WitnessClerk {
  private static final Logger LOG = LoggerFactory.getLogger(WitnessClerk.class);
  private static final int MAX_WAITING = 4_096;
  private static final Duration SHORTEST_LIMIT = Duration.ofSeconds(1);
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final WitnessStore store;
  private final WitnessStore.Owner owner;
  private final WitnessDesk desk;
  private final Duration limit;
  private final long leaseNanos;
  private final Consumer<Envelope> answers;
  private final BlockingQueue<Question> asked = new ArrayBlockingQueue<>(MAX_WAITING);
  private final Thread thread;
  private WitnessStore.@Nullable Session session;
  private volatile Report report = new Report(false, false, 0, "not connected yet", List.of());
  private volatile boolean closing;
  private volatile long closeByNanos;

  /**
   * What the clerk last knew.
   *
   * @param connected whether the session works
   * @param hasRows whether the database holds any vote
   * @param readNanos when the rows were last read
   * @param trouble what last went wrong
   * @param warnings what should be mended though it works
   */
  private record Report(
      boolean connected, boolean hasRows, long readNanos, String trouble, List<String> warnings) {}

  WitnessClerk(
      WitnessStore store,
      String cluster,
      Life self,
      MemberId witness,
      TimeValues times,
      Consumer<Envelope> answers) {
    this.store = store;
    this.owner = new WitnessStore.Owner(cluster, self.member().value(), self.incarnation());
    this.desk = new WitnessDesk(self, witness, times, new RowRules(), Incarnations::draw);
    this.leaseNanos = times.leaseNanos();
    Duration lease = Duration.ofNanos(leaseNanos);
    this.limit = lease.compareTo(SHORTEST_LIMIT) < 0 ? SHORTEST_LIMIT : lease;
    this.answers = answers;
    this.thread = new Thread(this::run, "understudy-witness-" + self.member());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  // ---- any thread ------------------------------------------------------------------------------

  /** Takes a question; dropped when far too many wait. */
  void ask(Question question) {
    boolean unused = asked.offer(question); // the asker repeats what matters
  }

  /** Whether the witness would answer, as far as the last probe tells. */
  boolean isServing() {
    Report last = report;
    return last.connected() && last.hasRows() && isFresh(last);
  }

  private boolean isFresh(Report last) {
    return System.nanoTime() - last.readNanos() < leaseNanos;
  }

  /** What keeps the witness from voting; empty if nothing does. */
  String trouble() {
    Report last = report;
    if (!last.connected()) {
      return last.trouble();
    }
    if (!isFresh(last)) {
      long silentMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - last.readNanos());
      return "the database has not answered for " + silentMillis + " ms";
    }
    return last.hasRows()
        ? ""
        : "no row yet: a leader creates it when a quorum without this witness follows it and most"
            + " members use this database";
  }

  List<String> warnings() {
    return report.warnings();
  }

  /** Asks what still waits, for so long at most, and ends. Does not wait for it. */
  void close(long withinNanos) {
    closeByNanos = System.nanoTime() + withinNanos;
    closing = true;
  }

  void join(long timeoutNanos) {
    try {
      TimeUnit.NANOSECONDS.timedJoin(thread, timeoutNanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- the clerk's thread ----------------------------------------------------------------------

  private void run() {
    while (!isOver()) {
      try {
        work();
      } catch (IOException e) {
        lost(String.valueOf(e.getMessage()), e);
      } catch (InterruptedException e) {
        LOG.debug("{} - interrupted; only close() ends the clerk", owner.member());
      } catch (Throwable e) { // a broken driver must not silence the witness for good
        lost(e.toString(), e);
      }
    }
    closeSession();
  }

  private boolean isOver() {
    if (!closing) {
      return false;
    }
    boolean nothingLeft = asked.isEmpty() && !desk.isAsked();
    return session == null || nothingLeft || System.nanoTime() - closeByNanos >= 0;
  }

  private void work() throws IOException, InterruptedException {
    WitnessStore.Session open = session;
    if (open == null) {
      open = store.open(owner, limit);
      session = open;
      open.warnings().forEach(w -> LOG.warn("{} - witness: {}", owner.member(), w));
    }
    for (Question q = asked.poll(); q != null; q = asked.poll()) {
      desk.ask(q);
    }
    Errand errand = desk.next(System.nanoTime());
    desk.takeAnswers().forEach(answers);
    if (errand != null) {
      perform(open, errand);
      return;
    }
    long idleNanos = closing ? 0 : desk.wakeAtNanos() - System.nanoTime();
    Question next = asked.poll(Math.max(0, idleNanos), TimeUnit.NANOSECONDS);
    if (next != null) {
      desk.ask(next);
    }
  }

  private void perform(WitnessStore.Session open, Errand errand) throws IOException {
    if (errand instanceof Errand.Create create) {
      LOG.info("{} - creates the witness' row of role {}", owner.member(), create.row().role());
      desk.written(open.create(create.row()), System.nanoTime());
    } else if (errand instanceof Errand.Replace replace) {
      desk.written(open.replace(replace.before(), replace.after()), System.nanoTime());
    } else {
      WitnessStore.Content content = open.read();
      long receivedNanos = System.nanoTime(); // after the answer: what it shows is no younger
      desk.read(content, receivedNanos);
      report = new Report(true, !content.rows().isEmpty(), receivedNanos, "", open.warnings());
    }
    desk.takeAnswers().forEach(answers);
  }

  private void lost(String why, Throwable cause) {
    if (report.connected()) {
      LOG.debug("{} - the session with the witness' database is over", owner.member(), cause);
    }
    report = new Report(false, false, report.readNanos(), why, List.of());
    desk.broken();
    closeSession();
    asked.clear(); // what waits for a database that is away is asked again when it is back
    long untilNanos = System.nanoTime() + RETRY_NANOS;
    while (!closing && System.nanoTime() - untilNanos < 0) {
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        LOG.debug("{} - interrupted; only close() ends the clerk", owner.member());
      }
    }
  }

  private void closeSession() {
    WitnessStore.Session open = session;
    session = null;
    if (open != null) {
      open.close();
    }
  }
}
