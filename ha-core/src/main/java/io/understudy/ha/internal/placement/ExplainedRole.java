package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Why a role is where it is, and what this member does about it, seen from this member.
 *
 * @param self the member that answers
 * @param ranking the members, best first, with their scores and what excludes them
 * @param mayRun whether this member may run for the role
 * @param whyNot why not; empty if it may
 * @param decision what it would do now, and why
 */
public record ExplainedRole(
    MemberId self, Ranking ranking, boolean mayRun, String whyNot, Decision decision) {
  /**
   * All of it for people.
   *
   * @return the lines
   */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "role '%s' is led by %s"
            .formatted(
                ranking.role(), ranking.leader() == null ? "nobody known" : ranking.leader()));
    int place = 1;
    for (Candidate candidate : ranking.candidates()) {
      lines.add(place + ". " + line(candidate));
      place++;
    }
    lines.addAll(warnings());
    lines.add(self + ": " + verdict());
    return lines;
  }

  /**
   * What somebody should mend.
   *
   * @return a sentence each
   */
  public List<String> warnings() {
    Differences differences = ranking.differences();
    return differences.isEmpty()
        ? List.of()
        : List.of(
            differences.text() + "; there is no fail-back until all declare it in the same way");
  }

  /**
   * What it would do now, and why.
   *
   * @return one line
   */
  public String verdict() {
    if (decision instanceof Decision.HandOver move) {
      return "hands it over to " + move.to() + ": " + move.reason();
    } else if (decision instanceof Decision.GiveUp giveUp) {
      return "gives it up: " + giveUp.reason();
    }
    String does = self.equals(ranking.leader()) ? "leads it: " : mayRun ? "" : "may not run: ";
    return does + decision.reason();
  }

  private static String line(Candidate candidate) {
    String parts =
        candidate.parts().stream()
            .map(part -> part.name() + " " + part.points())
            .collect(Collectors.joining(" + "));
    String sum = parts.isEmpty() ? "" : " = " + parts;
    String mark = candidate.reported() ? "" : ", has not reported lately";
    String obstacle = candidate.canLead() ? "" : "; cannot lead: it " + candidate.obstacle();
    return "%s, %d points%s%s%s"
        .formatted(candidate.member(), candidate.score(), sum, mark, obstacle);
  }
}
