package io.understudy.ha.internal.witness;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.spi.WitnessRow;
import io.understudy.ha.spi.WitnessStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where one life of a member keeps its questions to the witness, and what it has seen of the rows.
 * It says what to do in the database, one errand at a time, and is told how it went; the messages
 * that come of it are ordinary ones of the witness. Time is an argument. One thread at a time; the
 * simulator and production use the same object.
 *
 * <p>Questions are taken in order, because a resignation must not overtake the request that it
 * takes back. A positive judgement is made on the row as last seen, because the replacement is
 * conditional anyhow; a refusal only on a row that was read after the question was taken.
 */
public final class WitnessDesk {
  /** So often another member may win the race for a row before a question is dropped. */
  private static final int MAX_TRIES = 4;

  /** Far more than the machines of one life ever have under way. */
  private static final int MAX_QUESTIONS = 4_096;

  private final Life self;
  private final MemberId witness;
  private final TimeValues times;
  private final Rules rules;
  private final LongSupplier lives;
  private final List<Question> questions = new ArrayList<>();
  private final List<Envelope> answers = new ArrayList<>();
  private final Map<String, Sighting> sightings = new TreeMap<>();
  private final Map<String, WitnessRow> rows = new TreeMap<>();
  private Map<String, Long> sessions = Map.of();
  private @Nullable Sighting emptiness;
  private boolean known;
  private long readNanos;
  private @Nullable Question current;
  private @Nullable Verdict pending;
  private boolean fresh;
  private int tries;

  /**
   * A desk for one life.
   *
   * @param self the life whose machines ask
   * @param witness the witness' name in the roster
   * @param times the time values
   * @param rules how a row votes
   * @param lives draws the life of a row that is created
   */
  public WitnessDesk(
      Life self, MemberId witness, TimeValues times, Rules rules, LongSupplier lives) {
    this.self = self;
    this.witness = witness;
    this.times = times;
    this.rules = rules;
    this.lives = lives;
  }

  /**
   * A machine sends a message to the witness. A newer one of the same kind takes the place of one
   * that still waits, so a slow database is never asked what nobody wants to know any more.
   */
  public void ask(Question question) {
    if (!question.envelope().from().equals(self)) {
      return;
    }
    for (int i = questions.size() - 1; i >= 0; i--) {
      Envelope earlier = questions.get(i).envelope();
      if (earlier.role().equals(question.envelope().role())) {
        if (earlier.message().getClass() == question.envelope().message().getClass()) {
          questions.set(i, question);
          return;
        }
        break;
      }
    }
    if (questions.size() >= MAX_QUESTIONS) {
      questions.remove(0);
    }
    questions.add(question);
  }

  /** What to do now; null if there is nothing before {@link #wakeAtNanos()}. */
  public @Nullable Errand next(long nowNanos) {
    while (true) {
      if (current == null) {
        if (isPollDue(nowNanos) || questions.isEmpty()) {
          return isPollDue(nowNanos) ? new Errand.Read() : null;
        }
        current = questions.remove(0);
        fresh = false;
        tries = 0;
      }
      Errand errand = serve(current, nowNanos);
      if (errand != null) {
        return errand;
      }
      current = null;
    }
  }

  private @Nullable Errand serve(Question question, long now) {
    if (!fresh && (!known || !isRoutine(question.envelope().message()))) {
      return new Errand.Read();
    }
    WitnessRow row = rows.get(question.envelope().role());
    Verdict verdict = rules.judge(scene(question, row, now));
    if (verdict.next() == null) {
      if (!fresh) {
        return new Errand.Read(); // nothing is refused by hearsay
      }
      answer(question, verdict);
      return null;
    }
    if (tries++ == MAX_TRIES) {
      return null;
    }
    pending = verdict;
    return row == null
        ? new Errand.Create(verdict.next())
        : new Errand.Replace(row, verdict.next());
  }

  private static boolean isRoutine(Message message) {
    return message instanceof Message.Heartbeat || message instanceof Message.Resignation;
  }

  private Rules.Scene scene(Question question, @Nullable WitnessRow row, long now) {
    String role = question.envelope().role();
    return new Rules.Scene(
        witness,
        times,
        row,
        rows.isEmpty(),
        row == null ? sightings.getOrDefault(role, emptiness) : sightings.get(role),
        sessions,
        question,
        row == null ? lives.getAsLong() : 0,
        now);
  }

  private void answer(Question question, Verdict verdict) {
    if (verdict.answer() != null) {
      Envelope asked = question.envelope();
      answers.add(
          new Envelope(
              asked.role(),
              new Life(witness, verdict.life()),
              self.incarnation(),
              asked.rosterStamp(),
              verdict.answer()));
    }
  }

  /** A {@link Errand.Read} brought this. */
  public void read(WitnessStore.Content content, long receivedNanos) {
    known = true;
    fresh = true;
    readNanos = receivedNanos;
    sessions = content.sessions();
    Map<String, WitnessRow> found = new TreeMap<>();
    content.rows().forEach(row -> found.put(row.role(), row));
    sightings.keySet().stream()
        .filter(role -> !found.containsKey(role))
        .toList()
        .forEach(role -> see(role, null, receivedNanos));
    found.forEach((role, row) -> see(role, row, receivedNanos));
    emptiness = rules.see(emptiness, null, receivedNanos);
    rows.clear();
    rows.putAll(found);
  }

  private void see(String role, @Nullable WitnessRow row, long receivedNanos) {
    sightings.put(role, rules.see(sightings.get(role), row, receivedNanos));
  }

  /** A {@link Errand.Create} or {@link Errand.Replace} was done, or somebody else was faster. */
  public void written(boolean done, long receivedNanos) {
    Verdict verdict = pending;
    Question question = current;
    pending = null;
    fresh = false;
    if (verdict == null || verdict.next() == null || question == null) {
      throw new IllegalStateException("nothing was to be written");
    }
    String role = question.envelope().role();
    if (done) {
      rows.put(role, verdict.next());
      see(role, verdict.next(), receivedNanos);
      answer(question, verdict);
      current = null;
    } else {
      known = false; // what is known of this row is wrong: read before anything else
    }
  }

  /** The connection is lost: what was seen over it proves nothing about what comes after it. */
  public void broken() {
    emptiness = null;
    sightings.clear();
    abandon();
  }

  /** Forgets what was under way. What became of it is unknown. */
  public void abandon() {
    known = false;
    fresh = false;
    rows.clear();
    questions.clear();
    current = null;
    pending = null;
  }

  /** The answers since this was asked. */
  public List<Envelope> takeAnswers() {
    List<Envelope> taken = List.copyOf(answers);
    answers.clear();
    return taken;
  }

  private boolean isPollDue(long now) {
    return !known || now - wakeAtNanos() >= 0;
  }

  /** When the rows are to be read again, whether anybody asks or not. */
  public long wakeAtNanos() {
    return readNanos + times.heartbeatNanos();
  }

  /** Whether there is any row at all. */
  public boolean hasRows() {
    return !rows.isEmpty();
  }

  /** Whether something waits to be asked. */
  public boolean isAsked() {
    return current != null || !questions.isEmpty();
  }
}
