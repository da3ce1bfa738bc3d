package io.understudy.jdbc.internal.source;

import io.understudy.ha.MemberId;
import io.understudy.jdbc.HaDataSourceConfig;
import io.understudy.jdbc.HaDataSourceStatus;
import io.understudy.jdbc.HaDataSourceStatus.LendingStatus;
import io.understudy.jdbc.HaDataSourceStatus.MasterRole;
import io.understudy.jdbc.HaDataSourceStatus.MasterStatus;
import io.understudy.jdbc.HaDataSourceStatus.Reach;
import io.understudy.jdbc.HaDataSourceStatus.ReadingStatus;
import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.internal.connection.Route;
import io.understudy.jdbc.internal.director.Lookout.Seen;
import io.understudy.jdbc.internal.director.SwitchoverDesk;
import io.understudy.jdbc.internal.routing.Assignment;
import io.understudy.jdbc.internal.routing.DirectorState;
import io.understudy.jdbc.internal.routing.Findings;
import io.understudy.jdbc.internal.routing.MasterRecord;
import io.understudy.jdbc.internal.routing.MasterView;
import io.understudy.jdbc.internal.routing.ServerFacts;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.jdbc.internal.routing.Sight;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the status out of what the parts know. */
final class Statuses {
  private Statuses() {}

  /**
   * What the parts of a JVM know at one moment.
   *
   * @param route where connections go
   * @param permitted whether they may be used
   * @param director who directs, if known
   * @param lending what is out, and who waits
   * @param switchover the planned change that another member told, if that directs
   * @param reading the connections for reading, if they are allowed
   * @param history the planned changes that were directed here or heard of
   * @param sight what is known of the masters
   */
  record Known(
      Route route,
      boolean permitted,
      Optional<MemberId> director,
      LendingStatus lending,
      Optional<SwitchoverResult> switchover,
      Optional<ReadingStatus> reading,
      List<SwitchoverResult> history,
      View sight) {}

  /**
   * What a JVM knows of the masters at one moment.
   *
   * @param self this member
   * @param assignment the agreed assignment
   * @param directing where the director stands, if it is here
   * @param seen how this JVM sees the masters
   * @param others how others see them, by member
   * @param accounts by master, what is wrong with the application's account there
   */
  record View(
      String self,
      Assignment assignment,
      Optional<DirectorState> directing,
      Map<String, Seen> seen,
      Map<String, Map<String, Sight>> others,
      Map<String, String> accounts) {}

  static HaDataSourceStatus status(HaDataSourceConfig config, Known known) {
    Route route = known.route();
    Assignment assignment = route.assignment();
    Optional<DirectorState> state = known.sight().directing();
    boolean begun = assignment.sinceEpochMillis() > 0;
    return new HaDataSourceStatus(
        config.name(),
        route.info(),
        known.permitted(),
        state.isPresent(),
        known.director(),
        route.problem().isEmpty() ? assignment.reason() : route.problem(),
        state.map(DirectorState::trouble).orElse(""),
        state.flatMap(it -> held(it, System.nanoTime())),
        begun ? Optional.of(Instant.ofEpochMilli(assignment.sinceEpochMillis())) : Optional.empty(),
        masters(config, known.sight()),
        known.lending(),
        state.isPresent()
            ? state.flatMap(
                now ->
                    now.switchover()
                        .map(it -> SwitchoverDesk.result(it, now, known.sight().self())))
            : known.switchover(),
        known.reading(),
        known.history());
  }

  /** For how long a failover is put off still. */
  static Optional<Duration> held(DirectorState state, long nowNanos) {
    OptionalLong until = state.progress().stay().heldUntilNanos();
    return until.isPresent()
        ? Optional.of(Duration.ofNanos(Math.max(0, until.getAsLong() - nowNanos)))
        : Optional.empty();
  }

  /** All masters, in the configured order. */
  static List<MasterStatus> masters(HaDataSourceConfig config, View view) {
    return config.masters().stream().map(it -> master(it.name(), view)).toList();
  }

  /** A master as the director sees it, and those who told it. */
  static MasterStatus master(String name, DirectorState state) {
    return master(
        name,
        new View(
            "",
            state.assignment(),
            Optional.of(state),
            Map.of(),
            state.outlook().sightings().others(),
            Map.of()));
  }

  private static MasterStatus master(String name, View known) {
    Optional<MasterView> view = known.directing().map(it -> it.masters().get(name));
    Optional<Seen> seen = Optional.ofNullable(known.seen().get(name));
    Optional<ServerFacts> facts =
        view.isPresent()
            ? view.filter(MasterView::reachable).flatMap(MasterView::facts)
            : seen.flatMap(Seen::facts);
    Optional<MasterRecord> record = known.assignment().master(name);
    return new MasterStatus(
        name,
        role(name, known.assignment()),
        view.isPresent() ? reach(view.get()) : reach(seen.map(Seen::sight).orElse(null)),
        view.map(Statuses::problem).orElseGet(() -> seen.map(Statuses::problem).orElse("")),
        facts.map(ServerFacts::mode).filter(it -> it != Mode.UNKNOWN).map(it -> it != Mode.OPEN),
        record.map(it -> it.ids().offset()).orElse(0),
        record.map(it -> it.ids().increment()).orElse(0),
        facts.map(it -> it.replication().lagSeconds()).orElse(OptionalLong.empty()),
        facts.map(it -> it.replication().running()),
        record.map(MasterRecord::stranded).orElse(0L),
        record.map(MasterRecord::strandedGtids).orElse(""),
        notice(
            view.map(MasterView::findings).orElse(Findings.NONE),
            known.accounts().getOrDefault(name, "")),
        facts.map(ServerFacts::position).orElse(""),
        seenBy(name, known));
  }

  private static Map<String, Reach> seenBy(String master, View known) {
    Map<String, Reach> reaches = new TreeMap<>();
    known
        .others()
        .forEach(
            (member, sights) -> {
              if (sights.containsKey(master)) {
                reaches.put(member, reach(sights.get(master)));
              }
            });
    Seen own = known.seen().get(master);
    if (own != null) {
      reaches.put(known.self(), reach(own.sight()));
    }
    return reaches;
  }

  private static String problem(MasterView view) {
    return view.reachable() ? view.findings().fullDisk() : view.problem();
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

  private static Reach reach(MasterView view) {
    if (!view.observed()) {
      return Reach.UNKNOWN;
    }
    if (!view.reachable()) {
      return Reach.UNREACHABLE;
    }
    return view.findings().fullDisk().isEmpty() ? Reach.REACHABLE : Reach.DISK_FULL;
  }

  private static Reach reach(@Nullable Sight sight) {
    if (sight == null) {
      return Reach.UNKNOWN;
    }
    return switch (sight.kind()) {
      case OK -> Reach.REACHABLE;
      case FULL -> Reach.DISK_FULL;
      case REFUSED, SILENT, DECLINED -> Reach.UNREACHABLE;
    };
  }

  /** The same words on all JVMs that see the same, so that nothing is news that is none. */
  private static String problem(Seen seen) {
    return switch (seen.sight().kind()) {
      case OK -> "";
      case FULL -> "its disk is full";
      case REFUSED -> "nobody listens there";
      case SILENT -> "it does not answer";
      case DECLINED -> "it turns the manager away, error " + seen.sight().code();
    };
  }
}
