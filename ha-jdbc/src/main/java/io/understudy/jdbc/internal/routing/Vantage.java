package io.understudy.jdbc.internal.routing;

import io.understudy.jdbc.internal.routing.Action.HandOver;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decides when a director gives its role to a member that sees more: when another one reaches the
 * writer and it does not, or else reaches more masters, and that has lasted.
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
        better.isPresent() ? OptionalLong.of(nowNanos) : OptionalLong.empty());
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
    Sightings sightings = state.outlook().sightings();
    if (sightings.others().isEmpty()) {
      return Optional.empty();
    }
    Assignment assignment = state.assignment();
    String first = assignment.writer().isEmpty() ? assignment.candidate() : assignment.writer();
    int enough = rules.probeFailures();
    int own = own(state, first);
    return sightings.others().keySet().stream()
        .filter(it -> sightings.rank(it, first, enough) > own)
        .max(
            Comparator.comparingInt((String it) -> sightings.rank(it, first, enough))
                .thenComparing(Comparator.reverseOrder()));
  }

  private int own(DirectorState state, String first) {
    List<String> reached =
        state.masters().values().stream()
            .filter(it -> it.failures() < rules.probeFailures())
            .map(MasterView::name)
            .toList();
    return Sightings.rank(reached.contains(first) || state.find(first) == null, reached.size());
  }
}
