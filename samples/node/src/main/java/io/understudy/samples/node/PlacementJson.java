package io.understudy.samples.node;

import io.understudy.ha.Explanation;
import io.understudy.ha.Forecast;
import io.understudy.ha.Move;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why a role is where it is, and where it would be, as JSON. */
final class PlacementJson {
  private PlacementJson() {}

  static Map<String, @Nullable Object> of(Explanation explanation) {
    return Json.object(
        "role", explanation.role(),
        "node", explanation.member(),
        "leader", explanation.leader().orElse(null),
        "verdict", explanation.verdict(),
        "warnings", explanation.warnings(),
        "candidates", explanation.candidates().stream().map(PlacementJson::candidate).toList(),
        "moves", explanation.moves().stream().map(PlacementJson::move).toList());
  }

  private static Map<String, @Nullable Object> candidate(Explanation.Candidate candidate) {
    Map<String, Object> parts = new LinkedHashMap<>();
    candidate.parts().forEach(part -> parts.put(part.name(), part.points()));
    return Json.object(
        "member", candidate.member(),
        "canLead", candidate.canLead(),
        "score", candidate.score(),
        "parts", parts,
        "excludedBy", candidate.excludedBy(),
        "reported", candidate.reported());
  }

  private static Map<String, @Nullable Object> move(Move move) {
    return Json.object(
        "time", move.time(),
        "from", move.from().orElse(null),
        "to", move.to().orElse(null),
        "reason", move.reason(),
        "by", move.by());
  }

  static Map<String, @Nullable Object> of(Forecast forecast) {
    return Json.object(
        "settled",
        forecast.settled(),
        "roles",
        forecast.outcomes().stream()
            .map(
                outcome ->
                    Json.object(
                        "role", outcome.role(),
                        "before", outcome.before().orElse(null),
                        "after", outcome.after().orElse(null),
                        "why", outcome.why()))
            .toList());
  }
}
