package io.understudy.ha.internal.placement;

import io.understudy.ha.Connectivity.WhenAllLack;
import io.understudy.ha.MemberId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What should become of a role that is led, time left aside. */
sealed interface Aim {
  /** Why, for people. */
  String why();

  /** It stays. */
  record Stay(String why) implements Aim {}

  /**
   * Its leader cannot lead it any more.
   *
   * @param to who can, best first
   * @param mayPass whether everything that excludes the leader may pass
   * @param required whether to be led nowhere is better than to stay
   * @param follows whether others only wait for a role that this one follows: what drives this one
   *     away may soon drive that one away, too
   */
  record Leave(List<MemberId> to, boolean mayPass, boolean required, boolean follows, String why)
      implements Aim {}

  /**
   * Others are placed better.
   *
   * @param to all that can lead it and are, best first; at least one
   */
  record FailBack(List<Better> to) implements Aim {
    @Override
    public String why() {
      return to.get(0).why();
    }
  }

  /** A member that is placed better than the leader, and by how much. */
  record Better(MemberId member, String why) {}

  /** Decides for a role that is led. */
  static Aim of(RoleRules rules, Ranking ranking, MemberId leader) {
    Candidate leading = ranking.of(leader).orElse(null);
    List<Candidate> ready =
        ranking.candidates().stream()
            .filter(c -> c.isReady() && !c.member().equals(leader))
            .toList();
    List<Exclusion> excludes =
        leading == null ? List.of(new Exclusion.Unlisted()) : leading.exclusions();
    if (!excludes.isEmpty()) {
      String faults = leading == null ? excludes.get(0).what() : leading.faults();
      return new Leave(
          ready.stream().map(Candidate::member).toList(),
          excludes.stream().allMatch(Exclusion::mayPass),
          !excludes.stream().allMatch(Aim::isTolerable),
          follows(ranking, leader, excludes),
          leader + " " + faults);
    }
    Candidate best = ready.isEmpty() ? null : ready.get(0);
    return best == null || leading == null || !best.isBetterThan(leading)
        ? new Stay(stays(rules, best, leading))
        : better(rules, ranking, ready, leading);
  }

  private static boolean follows(Ranking ranking, MemberId leader, List<Exclusion> excludes) {
    return !excludes.stream().allMatch(Exclusion.Unled.class::isInstance)
        && ranking.candidates().stream()
            .filter(c -> c.reported() && !c.canLead() && !c.member().equals(leader))
            .anyMatch(c -> c.exclusions().stream().allMatch(e -> awaits(e, leader)));
  }

  /** Whether it ends when the role that is followed leaves this leader. */
  private static boolean awaits(Exclusion exclusion, MemberId leader) {
    return exclusion instanceof Exclusion.Unled
        || (exclusion instanceof Exclusion.Apart apart && apart.leader().equals(leader));
  }

  /** With this alone a leader is better than none. */
  private static boolean isTolerable(Exclusion exclusion) {
    return exclusion instanceof Exclusion.Disconnected lacks
        && lacks.whenAllLack() == WhenAllLack.STAY;
  }

  private static Aim better(
      RoleRules rules, Ranking ranking, List<Candidate> ready, Candidate leading) {
    List<Better> better =
        ready.stream()
            .filter(candidate -> candidate.isBetterThan(leading))
            .map(candidate -> new Better(candidate.member(), isBetter(candidate, leading)))
            .toList();
    String why = better.get(0).why();
    if (rules.placement().failback().isEmpty()) {
      return new Stay(why + ", but fail-back is off: hand the role over to move it");
    }
    return ranking.differences().isEmpty()
        ? new FailBack(better)
        : new Stay(why + "; there is no fail-back while " + ranking.differences().text());
  }

  private static String isBetter(Candidate better, Candidate leading) {
    String weight = better.score() == leading.score() ? " and a higher weight in the spread" : "";
    return better.member()
        + " is placed better than "
        + leading.member()
        + ", with "
        + better.score()
        + " points to "
        + leading.score()
        + weight;
  }

  private static String stays(
      RoleRules rules, @Nullable Candidate best, @Nullable Candidate leading) {
    int stickiness = rules.placement().stickiness();
    if (best == null || leading == null) {
      return "no other member is known to be able to lead it";
    }
    boolean sticks = stickiness > 0 && best.score() > leading.score() - stickiness;
    return sticks
        ? "%s is placed better by %d points, which is not more than the stickiness of %d"
            .formatted(best.member(), best.score() - leading.score() + stickiness, stickiness)
        : "no other member that can lead it is placed better";
  }
}
