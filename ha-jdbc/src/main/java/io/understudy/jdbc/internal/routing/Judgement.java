package io.understudy.jdbc.internal.routing;

import io.understudy.jdbc.internal.routing.OffsetAudit.Subject;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What follows from a director's state about its masters: who is gone, who may write, what is known
 * of ids and stranded transactions. Fresh facts win over what the assignment remembers.
 */
final class Judgement {
  private final Rules rules;
  private final DirectorState state;

  Judgement(Rules rules, DirectorState state) {
    this.rules = rules;
    this.state = state;
  }

  List<MasterView> all() {
    return List.copyOf(state.masters().values());
  }

  List<MasterView> others(String name) {
    return all().stream().filter(it -> !it.name().equals(name)).toList();
  }

  /**
   * Whether a master counts as gone: the director must not reach it, and neither must most of those
   * who look. One member that is cut off changes no writer; a wrong verdict of most costs a change
   * of writer and no safety.
   */
  boolean isGone(MasterView master) {
    return isLostHere(master)
        && state.outlook().sightings().agree(master.name(), rules.probeFailures());
  }

  private boolean isLostHere(MasterView master) {
    return master.failures() >= rules.probeFailures();
  }

  /**
   * Whether it refuses writes by our doing: it said so last, and nothing was sent since that opens
   * it. A server that would not have us any more has not changed by that.
   */
  boolean isClosed(MasterView master) {
    return master.isIn(Mode.CLOSED) && (master.reachable() || master.isDeclining());
  }

  /**
   * Who must be closed, or found to be gone, before a candidate is opened: it may be open, and it
   * may answer again at any moment. This is the whole rule against two open servers, and being gone
   * is its only exemption: nobody can close a server that nobody reaches, and since {@link
   * Action.Settle} nobody holds a permit for it.
   */
  List<MasterView> unclosed(String candidate) {
    return others(candidate).stream().filter(it -> !isClosed(it) && !isGone(it)).toList();
  }

  /** Who makes use of that exemption: gone, and not seen closed by this director before. */
  List<String> mayBeOpen(String candidate) {
    return others(candidate).stream()
        .filter(it -> isGone(it) && !it.isIn(Mode.CLOSED))
        .map(MasterView::name)
        .toList();
  }

  /** Which of them the assignment's reason does not name yet. */
  List<String> untold(String candidate) {
    List<String> told = List.of(state.assignment().reason().split("[ ,;:]+", -1));
    return mayBeOpen(candidate).stream().filter(name -> !told.contains(name)).toList();
  }

  /** Why a master is taken for gone. */
  String whyGone(MasterView master) {
    Sightings sightings = state.outlook().sightings();
    return "%s is gone: %s; %d of %d members say so"
        .formatted(
            master.name(),
            master.problem(),
            sightings.gone(master.name(), rules.probeFailures()),
            sightings.looking(master.name()));
  }

  private static String absence(MasterView master) {
    String does = master.isDeclining() ? "answers and declines the director" : "does not answer";
    return "%s %s (%s)".formatted(master.name(), does, master.problem());
  }

  /** Why a master that does not answer here is not taken for gone. */
  String whyAwaited(MasterView master) {
    if (isLostHere(master)) {
      Sightings sightings = state.outlook().sightings();
      return "%s does not answer here: %s; but it does at %s%s"
          .formatted(
              master.name(),
              master.problem(),
              sightings.reachedBy(master.name(), rules.probeFailures()),
              sightings.unheard() == 0 ? "" : ", and others have not said anything yet");
    }
    return absence(master);
  }

  List<String> unobserved() {
    return all().stream().filter(it -> !it.observed()).map(MasterView::name).toList();
  }

  List<String> neverReached() {
    return all().stream().filter(it -> ids(it).isEmpty()).map(MasterView::name).toList();
  }

  /** What speaks against ids being unique; needs every master to be known. */
  List<String> refusals() {
    List<Subject> subjects = new ArrayList<>();
    for (MasterView master : all()) {
      ids(master).ifPresent(ids -> subjects.add(new Subject(master.name(), ids, master.facts())));
    }
    return OffsetAudit.refusals(subjects);
  }

  List<MasterRecord> records() {
    List<MasterRecord> records = new ArrayList<>();
    for (MasterView master : all()) {
      ids(master)
          .ifPresent(
              ids ->
                  records.add(
                      new MasterRecord(
                          master.name(),
                          ids,
                          stranded(master.name()),
                          strandedGtids(master.name()))));
    }
    return records;
  }

  private Optional<IdSeries> ids(MasterView master) {
    return master
        .facts()
        .map(ServerFacts::ids)
        .or(() -> state.assignment().master(master.name()).map(MasterRecord::ids));
  }

  /** How many transactions a master has that the last writer lacks. */
  long stranded(String name) {
    String lastWriter = state.assignment().lastWriter();
    if (name.equals(lastWriter)) {
      return 0;
    }
    MasterView writer = state.find(lastWriter);
    Long compared = writer == null ? null : writer.lacking().get(name);
    if (compared != null) {
      return compared;
    }
    return state.assignment().master(name).map(MasterRecord::stranded).orElse(0L);
  }

  /** Which ones, as far as the text goes; empty without any. */
  private String strandedGtids(String name) {
    if (stranded(name) == 0) {
      return "";
    }
    MasterView writer = state.find(state.assignment().lastWriter());
    String compared = writer == null ? null : writer.findings().missing().get(name);
    if (compared != null) {
      return compared;
    }
    return state.assignment().master(name).map(MasterRecord::strandedGtids).orElse("");
  }

  /** Who shall write next. */
  Optional<String> candidate() {
    Assignment assignment = state.assignment();
    MasterView present = state.find(assignment.candidate());
    if (present != null && !isGone(present) && isWhole(present)) {
      return Optional.of(present.name());
    }
    List<String> eligible = all().stream().filter(this::isEligible).map(MasterView::name).toList();
    if (eligible.contains(assignment.lastWriter())) {
      return Optional.of(assignment.lastWriter());
    }
    List<String> open =
        all().stream()
            .filter(it -> isEligible(it) && it.isIn(Mode.OPEN))
            .map(MasterView::name)
            .toList();
    boolean clear = assignment.lastWriter().isEmpty() && open.size() == 1;
    return clear ? Optional.of(open.get(0)) : eligible.stream().findFirst();
  }

  private boolean isEligible(MasterView master) {
    return master.reachable() && isWhole(master);
  }

  private boolean isWhole(MasterView master) {
    return stranded(master.name()) == 0 && master.findings().unfit().isEmpty();
  }

  /**
   * Why there is no candidate: names and counts only, so that it does not change from probe to
   * probe.
   */
  String whyNobody() {
    List<String> reasons = new ArrayList<>();
    for (MasterView master : all()) {
      long stranded = stranded(master.name());
      if (!master.reachable()) {
        reasons.add(master.name() + " does not answer");
      } else if (stranded > 0) {
        reasons.add(
            "%1$s holds %2$d transactions that %3$s lacks: review them, then let %3$s replicate them"
                .formatted(master.name(), stranded, state.assignment().lastWriter()));
      } else if (!master.findings().unfit().isEmpty()) {
        reasons.add(master.findings().unfit());
      }
    }
    return "no master can be made the writer: " + String.join(", ", reasons);
  }
}
