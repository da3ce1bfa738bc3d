package io.understudy.jdbc.internal.routing;

import io.understudy.jdbc.internal.routing.Action.HandOver;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides when a director gives its role to a member that sees more: when another one reaches the
 * writer and it does not, or else reaches more masters, and that has lasted. Looks of one kind are
 * compared: a director's own session asks more of a server than others do, and a server on which
 * that hangs would hang for each of them.
 *
 * <p>It must last, because a crash is seen by one member before the others have told of it. Roles
 * do not go to and fro: each hand-over goes to a member that sees strictly more, and a member that
 * hands over again and again waits longer each time.
 */
final class Vantage {
  private final Rules rules;

  Vantage(Rules rules) {
    this.rules = rules;
  }

  /** Notes since when somebody sees more. */
  DirectorState track(DirectorState state, long nowNanos) {
    Optional<String> better = better(state);
    boolean known = state.outlook().blindSinceNanos().isPresent();
    if (better.isPresent() == known) {
      return state;
    }
    return state.withBlindSince(
        better.isPresent() ? OptionalLong.of(nowNanos) : OptionalLong.empty(),
        state.outlook().refusing());
  }

  /** A member does not take the role: another one is asked before it, as late as it was. */
  DirectorState refused(DirectorState state, String member, long nowNanos) {
    Set<String> refusing = new TreeSet<>(state.outlook().refusing());
    refusing.add(member);
    boolean all = refusing.containsAll(seeingMore(state));
    return state.withBlindSince(OptionalLong.of(nowNanos), all ? Set.of(member) : refusing);
  }

  /** What is done if there is nothing else to do. */
  Decision orHandOver(Decision idle, DirectorState state, long nowNanos) {
    OptionalLong since = state.outlook().blindSinceNanos();
    boolean lasts = since.isPresent() && nowNanos - since.getAsLong() >= rules.handOverNanos();
    return idle.action().isEmpty() && lasts
        ? Decision.act(new HandOver(better(state).orElseThrow()))
        : idle;
  }

  private Optional<String> better(DirectorState state) {
    List<String> more = seeingMore(state);
    return more.stream()
        .filter(it -> !state.outlook().refusing().contains(it))
        .findFirst()
        .or(() -> more.stream().findFirst());
  }

  /** Who sees more, the best first. */
  private List<String> seeingMore(DirectorState state) {
    Sightings sightings = state.outlook().sightings();
    if (sightings.others().isEmpty()) {
      return List.of();
    }
    Assignment assignment = state.assignment();
    String first = assignment.writer().isEmpty() ? assignment.candidate() : assignment.writer();
    int enough = rules.probeFailures();
    int own = own(state, first);
    return sightings.others().keySet().stream()
        .filter(it -> sightings.rank(it, first, enough) > own)
        .sorted(
            Comparator.comparingInt((String it) -> -sightings.rank(it, first, enough))
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  private int own(DirectorState state, String first) {
    Sightings sightings = state.outlook().sightings();
    if (!sightings.own().isEmpty() && state.find(first) != null) {
      return sightings.ownRank(first, rules.probeFailures());
    }
    List<String> reached =
        state.masters().values().stream()
            .filter(it -> it.failures() < rules.probeFailures())
            .map(MasterView::name)
            .toList();
    return Sightings.rank(reached.contains(first) || state.find(first) == null, reached.size());
  }
}
