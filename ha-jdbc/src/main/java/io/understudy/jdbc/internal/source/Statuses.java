package io.understudy.jdbc.internal.source;

import io.understudy.jdbc.HaDataSourceConfig;
import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.HaDataSourceStatus;
import io.understudy.jdbc.HaDataSourceStatus.MasterStatus;
import io.understudy.jdbc.HaDataSourceStatus.Reach;
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
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes the status out of what the parts know. */
final class Statuses {
  private Statuses() {}

  static HaDataSourceStatus status(
      HaDataSourceConfig config, Route route, boolean permitted, Optional<DirectorState> director) {
    Assignment assignment = route.assignment();
    boolean begun = assignment.sinceEpochMillis() > 0;
    return new HaDataSourceStatus(
        config.name(),
        route.info(),
        permitted,
        director.isPresent(),
        route.problem().isEmpty() ? assignment.reason() : route.problem(),
        director.map(DirectorState::trouble).orElse(""),
        begun ? Optional.of(Instant.ofEpochMilli(assignment.sinceEpochMillis())) : Optional.empty(),
        config.masters().stream().map(it -> master(it, assignment, director)).toList(),
        director.flatMap(state -> state.switchover().map(it -> SwitchoverDesk.result(it, state))));
  }

  private static MasterStatus master(
      Master master, Assignment assignment, Optional<DirectorState> director) {
    Optional<MasterView> view = director.map(it -> it.masters().get(master.name()));
    Optional<ServerFacts> facts = view.filter(MasterView::reachable).flatMap(MasterView::facts);
    Optional<MasterRecord> record = assignment.master(master.name());
    return new MasterStatus(
        master.name(),
        reach(view),
        view.map(MasterView::problem).orElse(""),
        facts.map(it -> it.mode() != Mode.OPEN),
        record.map(it -> it.ids().offset()).orElse(0),
        record.map(it -> it.ids().increment()).orElse(0),
        facts.map(it -> it.replication().lagSeconds()).orElse(OptionalLong.empty()),
        facts.map(it -> it.replication().running()),
        record.map(MasterRecord::stranded).orElse(0L),
        record.map(MasterRecord::strandedGtids).orElse(""),
        view.map(it -> notice(it.findings())).orElse(""));
  }

  private static String notice(Findings findings) {
    return Stream.of(findings.unfit(), findings.notice())
        .filter(it -> !it.isEmpty())
        .collect(Collectors.joining("; "));
  }

  private static Reach reach(Optional<MasterView> view) {
    if (view.isEmpty() || !view.get().observed()) {
      return Reach.UNKNOWN;
    }
    return view.get().reachable() ? Reach.REACHABLE : Reach.UNREACHABLE;
  }
}
