package io.understudy.jdbc.internal.routing;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.internal.routing.OffsetAudit.Subject;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.util.ArrayList;
import java.util.Comparator;
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
   * Whether a master answers and cannot write, because its disk is full: for the director, as often
   * in a row as makes a silent one gone, and for most of those who look.
   */
  boolean isFull(MasterView master) {
    return master.fullLooks() >= rules.probeFailures()
        && state.outlook().sightings().agreeFull(master.name(), rules.probeFailures());
  }

  /**
   * Whether a full one was told to refuse writes and could not, because commits in it wait for
   * space. It is as good as gone: they may be done when there is space again, and what they were
   * asked by is over since {@link Action.Settle}.
   */
  boolean isStuck(MasterView master) {
    return state.progress().unfenced().contains(master.name()) && isFull(master);
  }

  /** Why a full one cannot go on. */
  String whyFull(MasterView master) {
    Sightings sightings = state.outlook().sightings();
    return "the disk of %s is full: %s; %d of %d members say so"
        .formatted(
            master.name(),
            master.findings().fullDisk(),
            sightings.full(master.name(), rules.probeFailures()),
            sightings.looking(master.name()));
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
   * Action.Settle} nobody holds a permit for it. One that is {@linkplain #isStuck stuck} counts as
   * gone: it cannot be closed either.
   */
  List<MasterView> unclosed(String candidate) {
    return others(candidate).stream()
        .filter(it -> !isClosed(it) && !isGone(it) && !isStuck(it))
        .toList();
  }

  /** Who makes use of that exemption: it was not seen closed by this director before. */
  List<String> mayBeOpen(String candidate) {
    return others(candidate).stream()
        .filter(it -> (isGone(it) || isStuck(it)) && !it.isIn(Mode.CLOSED))
        .map(MasterView::name)
        .toList();
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

  /**
   * How many transactions a master has that the last writer lacks; not those that the last writer
   * lost itself, which are everybody's.
   */
  long stranded(String name) {
    String lastWriter = state.assignment().lastWriter();
    if (name.equals(lastWriter)) {
      return 0;
    }
    MasterView writer = state.find(lastWriter);
    Long compared = writer == null ? null : writer.lacking().get(name);
    if (writer != null && compared != null) {
      return Math.max(0, compared - writer.findings().lost().getOrDefault(name, 0L));
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

  /** Who shall write next; who is being prepared already, unless another one would lose less. */
  Optional<String> candidate() {
    Assignment assignment = state.assignment();
    List<MasterView> eligible = all().stream().filter(this::isEligible).toList();
    Optional<MasterView> best = eligible.stream().min(Comparator.comparingLong(this::wouldLose));
    MasterView present = state.find(assignment.candidate());
    if (present != null && !isGone(present) && isWhole(present)) {
      boolean better = best.isPresent() && wouldLose(best.get()) < wouldLose(present);
      return (better ? best : Optional.of(present)).map(MasterView::name);
    }
    if (eligible.stream().anyMatch(it -> it.name().equals(assignment.lastWriter()))) {
      return Optional.of(assignment.lastWriter());
    }
    List<MasterView> open = eligible.stream().filter(it -> it.isIn(Mode.OPEN)).toList();
    boolean clear = assignment.lastWriter().isEmpty() && open.size() == 1;
    return (clear ? Optional.of(open.get(0)) : best).map(MasterView::name);
  }

  /**
   * How many transactions of those that answer would stay with them alone if a master became the
   * writer as it is. None if all answer and it fetches, since then it gets what it lacks before it
   * is opened; not so from one that cannot be closed.
   */
  private long wouldLose(MasterView master) {
    boolean allAnswer =
        others(master.name()).stream().allMatch(it -> it.reachable() && !isStuck(it));
    if (state.assignment().phase().isPlanned() || (allAnswer && !isCutOff(master))) {
      return 0;
    }
    return others(master.name()).stream()
        .filter(it -> it.reachable() && stranded(it.name()) == 0)
        .mapToLong(it -> lacks(master, it))
        .sum();
  }

  /** Whether it gets nothing more from others: it was detached, or replicated from nobody. */
  boolean isCutOff(MasterView candidate) {
    return state.assignment().phase() == Phase.FAILING_OVER && !candidate.isFetching();
  }

  private static long lacks(MasterView master, MasterView other) {
    return master.lacking().getOrDefault(other.name(), 0L);
  }

  /** Why this candidate rather than others that could be; empty if none of them lacks more. */
  String whyRather(String candidate) {
    List<String> reasons = new ArrayList<>();
    MasterView chosen = state.find(candidate);
    for (MasterView master : all()) {
      if (chosen != null && isEligible(master) && wouldLose(master) > wouldLose(chosen)) {
        reasons.add("%s lacks %d".formatted(master.name(), wouldLose(master)));
      }
    }
    return reasons.isEmpty()
        ? ""
        : "; %s was chosen, because %s of those that answer"
            .formatted(candidate, String.join(", ", reasons));
  }

  private boolean isEligible(MasterView master) {
    return master.reachable() && isWhole(master);
  }

  private boolean isWhole(MasterView master) {
    return stranded(master.name()) == 0
        && master.findings().unfit().isEmpty()
        && !master.isShortOfSpace();
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
      } else if (master.isShortOfSpace()) {
        reasons.add("the disk of %s is full: make room".formatted(master.name()));
      }
    }
    return "no master can be made the writer: " + String.join(", ", reasons);
  }
}
