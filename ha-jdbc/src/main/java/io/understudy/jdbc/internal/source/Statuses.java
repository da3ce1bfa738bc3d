package io.understudy.jdbc.internal.source;

import io.understudy.ha.MemberId;
import io.understudy.jdbc.HaDataSourceConfig;
import io.understudy.jdbc.HaDataSourceStatus;
import io.understudy.jdbc.HaDataSourceStatus.LendingStatus;
import io.understudy.jdbc.HaDataSourceStatus.MasterRole;
import io.understudy.jdbc.HaDataSourceStatus.MasterStatus;
import io.understudy.jdbc.HaDataSourceStatus.Reach;
import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.internal.connection.Route;
import io.understudy.jdbc.internal.director.SwitchoverDesk;
import io.understudy.jdbc.internal.routing.Assignment;
import io.understudy.jdbc.internal.routing.DirectorState;
import io.understudy.jdbc.internal.routing.Findings;
import io.understudy.jdbc.internal.routing.MasterRecord;
import io.understudy.jdbc.internal.routing.MasterView;
import io.understudy.jdbc.internal.routing.ServerFacts;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes the status out of what the parts know. */
final class Statuses {
  private Statuses() {}

  /**
   * What the parts of a JVM know at one moment.
   *
   * @param route where connections go
   * @param permitted whether they may be used
   * @param directing where the director stands, if it is here
   * @param director who directs, if known
   * @param lending what is out, and who waits
   * @param history the planned changes that were directed here
   * @param accounts by master, what is wrong with the application's account there
   */
  record Known(
      Route route,
      boolean permitted,
      Optional<DirectorState> directing,
      Optional<MemberId> director,
      LendingStatus lending,
      List<SwitchoverResult> history,
      Map<String, String> accounts) {}

  static HaDataSourceStatus status(HaDataSourceConfig config, Known known) {
    Route route = known.route();
    Assignment assignment = route.assignment();
    Optional<DirectorState> state = known.directing();
    boolean begun = assignment.sinceEpochMillis() > 0;
    return new HaDataSourceStatus(
        config.name(),
        route.info(),
        known.permitted(),
        state.isPresent(),
        known.director(),
        route.problem().isEmpty() ? assignment.reason() : route.problem(),
        state.map(DirectorState::trouble).orElse(""),
        begun ? Optional.of(Instant.ofEpochMilli(assignment.sinceEpochMillis())) : Optional.empty(),
        config.masters().stream()
            .map(it -> master(it.name(), assignment, state, known.accounts()))
            .toList(),
        known.lending(),
        state.flatMap(now -> now.switchover().map(it -> SwitchoverDesk.result(it, now))),
        known.history());
  }

  /** A master as the director sees it. */
  static MasterStatus master(String name, DirectorState state) {
    return master(name, state.assignment(), Optional.of(state), Map.of());
  }

  private static MasterStatus master(
      String name,
      Assignment assignment,
      Optional<DirectorState> director,
      Map<String, String> accounts) {
    Optional<MasterView> view = director.map(it -> it.masters().get(name));
    Optional<ServerFacts> facts = view.filter(MasterView::reachable).flatMap(MasterView::facts);
    Optional<MasterRecord> record = assignment.master(name);
    return new MasterStatus(
        name,
        role(name, assignment),
        reach(view),
        view.map(MasterView::problem).orElse(""),
        facts.map(ServerFacts::mode).filter(it -> it != Mode.UNKNOWN).map(it -> it != Mode.OPEN),
        record.map(it -> it.ids().offset()).orElse(0),
        record.map(it -> it.ids().increment()).orElse(0),
        facts.map(it -> it.replication().lagSeconds()).orElse(OptionalLong.empty()),
        facts.map(it -> it.replication().running()),
        record.map(MasterRecord::stranded).orElse(0L),
        record.map(MasterRecord::strandedGtids).orElse(""),
        notice(
            view.map(MasterView::findings).orElse(Findings.NONE), accounts.getOrDefault(name, "")),
        facts.map(ServerFacts::position).orElse(""));
  }

  private static String notice(Findings findings, String account) {
    return Stream.of(account, findings.unfit(), findings.notice())
        .filter(it -> !it.isEmpty())
        .collect(Collectors.joining("; "));
  }

  private static MasterRole role(String name, Assignment assignment) {
    if (name.equals(assignment.writer())) {
      return MasterRole.WRITER;
    }
    return name.equals(assignment.candidate()) ? MasterRole.CANDIDATE : MasterRole.STANDBY;
  }

  private static Reach reach(Optional<MasterView> view) {
    if (view.isEmpty() || !view.get().observed()) {
      return Reach.UNKNOWN;
    }
    return view.get().reachable() ? Reach.REACHABLE : Reach.UNREACHABLE;
  }
}
