package io.understudy.samples.orders;

import io.understudy.jdbc.HaDataSourceStatus;
import io.understudy.jdbc.HaDataSourceStatus.LendingStatus;
import io.understudy.jdbc.HaDataSourceStatus.MasterStatus;
import io.understudy.jdbc.HaDataSourceStatus.Reach;
import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.SwitchoverResult.StepTime;
import io.understudy.samples.node.Json;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The status of the data source as JSON. */
final class DatabaseJson {
  private DatabaseJson() {}

  static Map<String, @Nullable Object> status(HaDataSourceStatus status) {
    return Json.object(
        "node", status.route().node(),
        "db", status.name(),
        "writer", nameOrNull(status.route().writer()),
        "phase", status.route().phase(),
        "generation", status.route().generation(),
        "epoch", status.route().epoch(),
        "permitted", status.permitted(),
        "directing", status.directing(),
        "director", status.director().orElse(null),
        "reason", status.reason(),
        "trouble", status.trouble(),
        "failoverHeldMillis", status.failoverHeld().map(Duration::toMillis).orElse(null),
        "since", status.lastSwitch().orElse(null),
        "masters", status.masters().stream().map(DatabaseJson::master).toList(),
        "lending", lending(status.lending()),
        "switchover", status.switchover().map(DatabaseJson::result).orElse(null),
        "history", status.history().stream().map(DatabaseJson::result).toList());
  }

  private static Map<String, @Nullable Object> master(MasterStatus master) {
    return Json.object(
        "name", master.name(),
        "role", small(master.role()),
        "state", state(master),
        "reach", small(master.reach()),
        "problem", master.problem(),
        "readOnly", master.readOnly().orElse(null),
        "replicating", master.replicating().orElse(null),
        "lag", numberOrNull(master.lagSeconds()),
        "position", master.position(),
        "offset", master.offset(),
        "increment", master.increment(),
        "stranded", master.stranded(),
        "strandedGtids", master.strandedGtids(),
        "notice", master.notice(),
        "seenBy", seenBy(master));
  }

  static Map<String, @Nullable Object> seenBy(MasterStatus master) {
    Map<String, @Nullable Object> seen = new TreeMap<>();
    master.seenBy().forEach((member, reach) -> seen.put(member, small(reach)));
    return seen;
  }

  private static Map<String, @Nullable Object> lending(LendingStatus lending) {
    return Json.object(
        "connections", new TreeMap<>(lending.connections()),
        "waiting", lending.waiting(),
        "longestWaitMillis", lending.longestWait().toMillis());
  }

  static Map<String, @Nullable Object> result(SwitchoverResult result) {
    return Json.object(
        "message", message(result),
        "from", result.from(),
        "to", result.to(),
        "outcome", small(result.outcome()),
        "reason", result.reason(),
        "generation", result.generation(),
        "director", nameOrNull(result.director()),
        "heldMillis", result.held().toMillis(),
        "steps", result.steps().stream().map(DatabaseJson::step).toList());
  }

  private static String message(SwitchoverResult result) {
    return result.isSwitched()
        ? result.to() + " is the writer"
        : "%s: %s".formatted(notSwitched(result), result.reason());
  }

  private static String notSwitched(SwitchoverResult result) {
    boolean known = result.outcome() != SwitchoverResult.Outcome.UNKNOWN;
    return result.to() + (known ? " is not the writer" : " may be the writer or not");
  }

  private static Map<String, @Nullable Object> step(StepTime step) {
    return Json.object("step", small(step.step()), "milliseconds", step.after().toMillis());
  }

  /** One word for a master: open, read-only, unreachable, or unknown to who does not probe. */
  static String state(MasterStatus master) {
    if (master.reach() != Reach.REACHABLE || master.readOnly().isEmpty()) {
      return small(master.reach());
    }
    return master.readOnly().get() ? "read-only" : "open";
  }

  static @Nullable Object numberOrNull(OptionalLong number) {
    return number.isPresent() ? number.getAsLong() : null;
  }

  static @Nullable String nameOrNull(String name) {
    return name.isEmpty() ? null : name;
  }

  static String small(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
