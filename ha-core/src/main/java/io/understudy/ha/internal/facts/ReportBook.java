package io.understudy.ha.internal.facts;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.placement.RulesDigest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The last report of each other member, and how long it counts. One thread at a time.
 *
 * <p>Numbers order the reports of one life. Lives cannot be ordered, because their numbers are
 * drawn, and a message of a life that has ended may arrive after the first one of its successor. So
 * whoever is heard for the first time takes the place of the life before, and a life that was
 * replaced comes back only when its successor has been silent for so long that it cannot be at work
 * (a living one repeats its report twice as often). A late word of a dead life can therefore
 * mislead for that long at most, and it names the life of which it tells.
 */
public final class ReportBook {
  private static final int REMEMBERED_LIVES = 8;

  private final long validNanos;
  private final long silentNanos;
  private final Map<MemberId, Sender> senders = new TreeMap<>();

  /**
   * Empty.
   *
   * @param validNanos for how long a report counts after its receipt
   * @param silentNanos after that time without a word a life is taken for one that has ended
   */
  public ReportBook(long validNanos, long silentNanos) {
    this.validNanos = validNanos;
    this.silentNanos = silentNanos;
  }

  /** What is known of one member. */
  private static final class Sender {
    final Set<Long> replaced = new LinkedHashSet<>();
    long incarnation;
    long heardNanos;
    long number;
    @Nullable ReportPart[] parts = new ReportPart[0];
    @Nullable Report report;
    RulesReport rules = RulesReport.NONE;
    long receivedNanos;

    Sender(long incarnation) {
      turnTo(incarnation);
    }

    void turnTo(long next) {
      if (next != incarnation) {
        replaced.add(incarnation);
        if (replaced.size() > REMEMBERED_LIVES) {
          replaced.remove(replaced.iterator().next());
        }
      }
      replaced.remove(next);
      incarnation = next;
      number = 0;
      parts = new ReportPart[0];
      report = null;
      rules = RulesReport.NONE;
    }

    /** With the digests that this life has said before if they are not in it. */
    RulesReport complete(RulesReport said) {
      if (said.isWhole()) {
        rules = said;
      }
      return said.with(said.hash() == rules.hash() ? rules.digests() : Map.of());
    }
  }

  /**
   * Something has arrived.
   *
   * @param from who says it
   * @param number rises with each report of a life
   * @param part what it says
   * @param nowNanos the monotonic time
   * @return the whole report, if it is complete now and newer than what was known
   */
  public Optional<Report> take(Life from, long number, ReportPart part, long nowNanos) {
    Sender sender =
        senders.computeIfAbsent(from.member(), member -> new Sender(from.incarnation()));
    if (from.incarnation() != sender.incarnation) {
      boolean wasReplaced = sender.replaced.contains(from.incarnation());
      if (wasReplaced && nowNanos - sender.heardNanos < silentNanos) {
        return Optional.empty();
      }
      sender.turnTo(from.incarnation());
    }
    if (number < sender.number) {
      return Optional.empty();
    }
    sender.heardNanos = nowNanos;
    if (number > sender.number || sender.parts.length != part.count()) {
      sender.number = number;
      sender.parts = new ReportPart[part.count()];
    }
    return complete(sender, part, nowNanos);
  }

  private static Optional<Report> complete(Sender sender, ReportPart part, long nowNanos) {
    if (sender.parts[part.index()] != null) {
      return Optional.empty(); // doubled
    }
    sender.parts[part.index()] = part;
    Map<String, RoleReport> roles = new TreeMap<>();
    Map<String, RulesDigest> digests = new TreeMap<>();
    for (ReportPart one : sender.parts) {
      if (one == null) {
        return Optional.empty();
      }
      roles.putAll(one.report().roles());
      digests.putAll(one.report().rules().digests());
    }
    Report said = part.report();
    Report whole = said.with(roles, sender.complete(said.rules().with(digests)));
    sender.report = whole;
    sender.receivedNanos = nowNanos;
    return Optional.of(whole);
  }

  /**
   * The report of a member that counts.
   *
   * @param member the member
   * @param nowNanos the monotonic time
   * @return empty if it has not reported lately
   */
  public Optional<Report> report(MemberId member, long nowNanos) {
    Sender sender = senders.get(member);
    return sender == null || nowNanos - sender.receivedNanos >= validNanos
        ? Optional.empty()
        : Optional.ofNullable(sender.report);
  }

  /**
   * The hashes of rules that members have said lately without the digests.
   *
   * @param nowNanos the monotonic time
   * @return sorted; no more than can be asked for at once
   */
  public List<Long> lacks(long nowNanos) {
    return senders.keySet().stream()
        .flatMap(member -> report(member, nowNanos).stream())
        .map(Report::rules)
        .filter(rules -> !rules.isWhole())
        .map(RulesReport::hash)
        .distinct()
        .sorted()
        .limit(RulesReport.MAX_LACKS)
        .toList();
  }

  /** Forgets the members that do not pass. */
  public void retain(Predicate<MemberId> known) {
    senders.keySet().removeIf(known.negate());
  }
}
