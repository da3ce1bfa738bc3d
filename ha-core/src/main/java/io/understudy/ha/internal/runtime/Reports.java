package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.facts.Report;
import io.understudy.ha.internal.facts.ReportPart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends this member's report to all others: at once when it has changed, though not more often than
 * every 50 ms, and every half lease, because messages are lost. A report travels in messages of its
 * own: a member of a version that knows no reports drops those and nothing else. Election thread,
 * except where a method says otherwise.
 */
final class Reports {
  /** The role in whose name reports travel. No machine ever sees it. */
  static final String ROLE = "_members";

  private static final Logger LOG = LoggerFactory.getLogger(Reports.class);
  private static final long SHORTEST_GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Sender sender;
  private final Supplier<Report> own;
  private final long refreshNanos;
  private final AtomicLong malformed = new AtomicLong();
  private long number;
  private long sentNanos;
  private @Nullable Report sent;
  private boolean due = true;
  private boolean rulesDue;
  private boolean mayHaveChanged;

  /**
   * How reports leave.
   *
   * @param transport carries them
   * @param self the life that reports
   * @param roster whom to tell
   * @param isProcess whether a member of the roster is a process
   */
  record Sender(
      Transport transport,
      Supplier<Life> self,
      Supplier<Roster> roster,
      Predicate<MemberId> isProcess) {}

  /**
   * Something that arrived.
   *
   * @param from who says it
   * @param number rises within a life
   * @param part what it says
   */
  record Heard(Life from, long number, ReportPart part) {}

  /**
   * Nothing is sent yet.
   *
   * @param sender how reports leave
   * @param own makes this member's report
   * @param refreshNanos after that time it is sent again
   */
  Reports(Sender sender, Supplier<Report> own, long refreshNanos) {
    this.sender = sender;
    this.own = own;
    this.refreshNanos = refreshNanos;
  }

  // ---- sending

  /** Sends as soon as that is allowed if the report differs from the last one. */
  void changed() {
    mayHaveChanged = true;
  }

  /** Sends as soon as that is allowed: somebody is there who has not heard it. */
  void greet() {
    due = true;
  }

  /** The same with the digest of each role: somebody lacks those. */
  void rulesAsked() {
    due = true;
    rulesDue = true;
  }

  /**
   * Sends what is due.
   *
   * @return whether anything was sent because time had passed
   */
  boolean tick(long nowNanos) {
    boolean isFirst = sent == null;
    boolean allowed = isFirst || nowNanos - sentNanos >= SHORTEST_GAP_NANOS;
    boolean refresh = !isFirst && nowNanos - sentNanos >= refreshNanos;
    if (!allowed || !(due || mayHaveChanged || refresh)) {
      return false;
    }
    Report now = own.get();
    if (due || refresh || !now.equals(sent)) {
      send(rulesDue ? now : now.inBrief());
      sent = now;
      rulesDue = false;
      sentNanos = nowNanos;
      due = false;
    }
    mayHaveChanged = false;
    return refresh;
  }

  /** The earlier of that time and the next report. */
  long wakeAtNanos(long othersNanos, long nowNanos) {
    long at = sentNanos + (due || mayHaveChanged ? SHORTEST_GAP_NANOS : refreshNanos);
    long mine = sent == null ? nowNanos : at;
    boolean others = othersNanos != Long.MAX_VALUE && othersNanos - mine < 0;
    return others ? othersNanos : mine;
  }

  private void send(Report report) {
    Life self = sender.self().get();
    Roster roster = sender.roster().get();
    number++;
    List<Envelope> parts = new ArrayList<>();
    for (byte[] content : ReportCodec.encode(report)) {
      Message message = new Message.Report(number, content);
      parts.add(new Envelope(ROLE, self, Life.ANY, roster.stamp(), message));
    }
    for (RosterMember entry : roster.members()) {
      MemberId to = entry.member();
      if (!to.equals(self.member()) && sender.isProcess().test(to)) {
        sender.transport().send(to, parts);
      }
    }
  }

  // ---- receiving: the transport's threads

  /** Whether it is no business of the election. */
  static boolean isReport(Envelope envelope) {
    return envelope.message() instanceof Message.Report || envelope.role().equals(ROLE);
  }

  /** Reads a report; what is none is dropped, and the log tells of it less and less often. */
  Optional<Heard> read(Envelope envelope) {
    if (!(envelope.message() instanceof Message.Report report) || !envelope.role().equals(ROLE)) {
      return dropped(envelope, "it is no report");
    }
    try {
      ReportPart part = ReportCodec.decode(report.content());
      return Optional.of(new Heard(envelope.from(), report.number(), part));
    } catch (IOException e) {
      return dropped(envelope, String.valueOf(e.getMessage()));
    }
  }

  private Optional<Heard> dropped(Envelope envelope, String why) {
    long count = malformed.incrementAndGet();
    if (Long.bitCount(count) == 1) { // the first, the second, the fourth ...
      LOG.warn("a report of {} is not understood: {} ({} so far)", envelope.from(), why, count);
    }
    return Optional.empty();
  }
}
