package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;
import java.util.Comparator;
import java.util.List;

/**
 * Who goes first when a role is free. A courtesy that saves crossed candidatures, never a safety
 * rule.
 */
final class Ranking {
  private Ranking() {}

  /** Preferred members first, in their order; the others by id. */
  static Comparator<MemberId> order(List<MemberId> preference) {
    return Comparator.<MemberId>comparingInt(m -> place(preference, m))
        .thenComparing(Comparator.naturalOrder());
  }

  static int place(List<MemberId> preference, MemberId member) {
    int index = preference.indexOf(member);
    return index < 0 ? preference.size() : index;
  }

  static boolean isBetter(Turn turn, MemberId member) {
    int ownPlace = place(turn.candidacy.preference(), turn.self().member());
    int place = place(turn.candidacy.preference(), member);
    return place == ownPlace ? isEarlier(turn, member) : place < ownPlace;
  }

  private static boolean isEarlier(Turn turn, MemberId member) {
    return member.compareTo(turn.self().member()) < 0;
  }

  /** How many members stand before this one; those who seem dead or gone are skipped. */
  static int rank(Turn turn) {
    List<MemberId> preference = turn.candidacy.preference();
    int ownPlace = place(preference, turn.self().member());
    boolean preferred = ownPlace < preference.size();
    int better = 0;
    for (MemberId member : preference.subList(0, ownPlace)) {
      if ((preferred || !isEarlier(turn, member)) && mayCome(turn, member)) {
        better++;
      }
    }
    return preferred ? better : better + earlier(turn);
  }

  private static int earlier(Turn turn) {
    int earlier = 0;
    for (RosterMember entry : turn.roster().members()) {
      if (!isEarlier(turn, entry.member())) {
        break; // they are sorted
      }
      if (!entry.witness() && turn.reachable.contains(entry.member())) {
        earlier++;
      }
    }
    return earlier;
  }

  private static boolean mayCome(Turn turn, MemberId member) {
    return turn.reachable.contains(member) && turn.roster().mayLead(member);
  }

  /**
   * When this member may campaign: the first at once, the others after their rank in steps and a
   * little jitter.
   */
  static long campaignAtNanos(Turn turn) {
    int rank = turn.invited ? 0 : rank(turn);
    return rank == 0
        ? turn.freeSinceNanos
        : turn.freeSinceNanos + rank * turn.stepNanos + jitter(turn, turn.stepNanos / 4);
  }

  /**
   * A number below the bound that differs between members and attempts: pure, so that steps are.
   */
  static long jitter(Turn turn, long boundNanos) {
    long x = turn.self().incarnation() + turn.attempts * 0x9E3779B97F4A7C15L;
    x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L; // the finalizer of SplitMix64
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return Math.floorMod(x ^ (x >>> 31), Math.max(1, boundNanos));
  }
}
