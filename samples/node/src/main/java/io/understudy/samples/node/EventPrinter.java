package io.understudy.samples.node;

import io.understudy.ha.FenceAttempt;
import io.understudy.ha.HaEvent;
import io.understudy.ha.LeaderInfo;
import io.understudy.ha.RosterMember;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Prints what the library reports; {@code stopped} is the program's own last word. */
final class EventPrinter implements Consumer<HaEvent> {
  private final JsonLines lines;
  private final Map<Class<? extends HaEvent>, Consumer<HaEvent>> printers = new HashMap<>();

  EventPrinter(JsonLines lines) {
    this.lines = lines;
    ofNode();
    ofFaults();
    ofElection();
    ofWork();
    ofFences();
  }

  @Override
  public void accept(HaEvent event) {
    Consumer<HaEvent> printer = printers.get(event.getClass());
    if (printer != null) {
      printer.accept(event);
    }
  }

  /** An event of this type is a line of that name with these fields. */
  private <E extends HaEvent> void on(
      Class<E> type, String name, Function<E, @Nullable Object[]> fields) {
    printers.put(type, event -> lines.write(name, fields.apply(type.cast(event))));
  }

  private static @Nullable Object[] fields(@Nullable Object... namesAndValues) {
    return namesAndValues;
  }

  private static String small(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private void ofNode() {
    on(
        HaEvent.Started.class,
        "started",
        e -> fields("cluster", e.cluster(), "incarnation", e.incarnation()));
    on(HaEvent.ViewChanged.class, "view", e -> fields("members", e.members()));
    on(HaEvent.QuorumChanged.class, "quorum", e -> fields("held", e.held()));
    on(
        HaEvent.RosterChanged.class,
        "roster",
        e ->
            fields(
                "version",
                e.version(),
                "members",
                e.members().stream().map(EventPrinter::entry).toList(),
                "in",
                e.member()));
    on(
        HaEvent.ServiceChanged.class,
        "service",
        e -> fields("inService", e.inService(), "reason", e.reason()));
    on(
        HaEvent.ConnectivityChanged.class,
        "connectivity",
        e ->
            fields(
                "enough",
                e.enough(),
                "reached",
                e.reached(),
                "targets",
                e.targets(),
                "needed",
                e.needed(),
                "detail",
                e.detail()));
    on(
        HaEvent.HealthChanged.class,
        "health",
        e -> fields("healthy", e.healthy(), "reason", e.reason()));
    on(
        HaEvent.RulesDiffer.class,
        "rules",
        e -> fields("role", e.role(), "differ", e.differ(), "detail", e.detail()));
    on(HaEvent.MaintenanceChanged.class, "maintenance", e -> fields("on", e.on(), "by", e.by()));
    on(HaEvent.Refused.class, "refused", e -> fields("reason", e.reason()));
    on(
        HaEvent.Operation.class,
        "operation",
        e ->
            fields(
                "operation",
                e.operation(),
                "by",
                e.by(),
                "stage",
                e.stage().label(),
                "detail",
                e.detail()));
  }

  private static String entry(RosterMember entry) {
    return entry.member() + ":" + entry.votes() + (entry.witness() ? ":witness" : "");
  }

  private void ofFaults() {
    on(
        HaEvent.DeathProved.class,
        "death",
        e ->
            fields(
                "member",
                e.member(),
                "incarnation",
                e.incarnation(),
                "proofMicros",
                e.proofTook().toNanos() / 1000));
    on(
        HaEvent.GuardianChanged.class,
        "guardian",
        e -> fields("running", e.running(), "detail", e.detail()));
    on(
        HaEvent.GuardianActed.class,
        "guardian-acted",
        e -> fields("stopped", e.allStopped(), "actions", e.actions()));
    on(
        HaEvent.StorageChanged.class,
        "storage",
        e -> fields("writable", e.writable(), "reason", e.reason()));
    on(
        HaEvent.StoringSlow.class,
        "storing-slow",
        e -> fields("millis", e.took().toMillis(), "directory", e.directory()));
    on(HaEvent.Overflow.class, "overflow", e -> fields("lost", e.lost()));
    on(
        HaEvent.Stalled.class,
        "stalled",
        e ->
            fields(
                "scope",
                small(e.scope()),
                "millis",
                e.length().toMillis(),
                "over",
                e.over(),
                "detail",
                e.detail()));
    on(
        HaEvent.WitnessChanged.class,
        "witness",
        e -> fields("member", e.witness(), "reachable", e.reachable(), "reason", e.reason()));
    on(
        HaEvent.PeerMissing.class,
        "peer-missing",
        e -> fields("role", e.role(), "missing", e.missing(), "reason", e.reason()));
  }

  private void ofElection() {
    on(HaEvent.Elected.class, "elected", e -> fields("role", e.role(), "epoch", e.epoch()));
    on(
        HaEvent.Revoked.class,
        "revoked",
        e -> fields("role", e.role(), "epoch", e.epoch(), "reason", e.reason().label()));
    on(HaEvent.LeaderChanged.class, "leader", EventPrinter::leader);
    on(
        HaEvent.VoterWaiting.class,
        "voter",
        e -> fields("role", e.role(), "waiting", e.waiting(), "reason", e.reason()));
    on(
        HaEvent.RegisterCommitted.class,
        "register",
        e ->
            fields(
                "role",
                e.role(),
                "version",
                e.value().version(),
                "bytes",
                e.value().bytes().length));
  }

  private static @Nullable Object[] leader(HaEvent.LeaderChanged changed) {
    @Nullable LeaderInfo leader = changed.leader().orElse(null);
    return fields(
        "role", changed.role(),
        "leader", leader == null ? null : leader.member(),
        "epoch", leader == null ? null : leader.epoch());
  }

  private void ofWork() {
    on(
        HaEvent.ResourceChanged.class,
        "resource",
        e ->
            fields(
                "role",
                e.role(),
                "name",
                e.resource(),
                "state",
                small(e.state()),
                "failcount",
                e.failCount(),
                "reason",
                e.reason()));
    on(
        HaEvent.TakeoverWaiting.class,
        "takeover",
        e -> fields("role", e.role(), "waiting", e.waiting(), "reason", e.reason()));
    on(
        HaEvent.DeadlineStep.class,
        "deadline",
        e -> fields("role", e.role(), "step", small(e.step()), "reason", e.reason()));
  }

  private void ofFences() {
    on(
        HaEvent.FenceStarted.class,
        "fence",
        e ->
            fields(
                "role",
                e.role(),
                "member",
                e.target(),
                "level",
                e.level(),
                "hook",
                e.hook(),
                "result",
                "asked",
                "detail",
                e.reason()));
    on(HaEvent.FenceEnded.class, "fence", e -> ended(e.attempt()));
    on(
        HaEvent.FenceConcluded.class,
        "fence-concluded",
        e ->
            fields(
                "role",
                e.role(),
                "member",
                e.target(),
                "scope",
                small(e.scope()),
                "result",
                small(e.result().outcome()),
                "detail",
                e.result().detail()));
  }

  private static @Nullable Object[] ended(FenceAttempt attempt) {
    return fields(
        "role",
        attempt.role(),
        "member",
        attempt.target(),
        "level",
        attempt.level(),
        "hook",
        attempt.hook(),
        "result",
        small(attempt.result().outcome()),
        "detail",
        attempt.result().detail());
  }
}
