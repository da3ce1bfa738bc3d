package io.understudy.samples.node;

import io.understudy.ha.HaEvent;
import io.understudy.ha.LeaderInfo;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Prints what the library reports; {@code stopped} is the program's own last word. */
final class EventPrinter implements Consumer<HaEvent> {
  private final JsonLines lines;

  EventPrinter(JsonLines lines) {
    this.lines = lines;
  }

  @Override
  public void accept(HaEvent event) {
    if (event instanceof HaEvent.Started started) {
      lines.write("started", "cluster", started.cluster(), "incarnation", started.incarnation());
    } else if (event instanceof HaEvent.ViewChanged view) {
      lines.write("view", "members", view.members());
    } else if (event instanceof HaEvent.QuorumChanged quorum) {
      lines.write("quorum", "held", quorum.held());
    } else if (event instanceof HaEvent.RosterChanged roster) {
      roster(roster);
    } else if (event instanceof HaEvent.ServiceChanged service) {
      lines.write("service", "inService", service.inService(), "reason", service.reason());
    } else if (event instanceof HaEvent.DeathProved death) {
      lines.write(
          "death",
          "member",
          death.member(),
          "incarnation",
          death.incarnation(),
          "proofMicros",
          death.proofTook().toNanos() / 1000);
    } else if (event instanceof HaEvent.Refused refused) {
      lines.write("refused", "reason", refused.reason());
    } else if (event instanceof HaEvent.StorageChanged storage) {
      lines.write("storage", "writable", storage.writable(), "reason", storage.reason());
    } else if (event instanceof HaEvent.StoringSlow slow) {
      lines.write("storing-slow", "millis", slow.took().toMillis(), "directory", slow.directory());
    } else if (event instanceof HaEvent.WitnessChanged witness) {
      lines.write(
          "witness",
          "member",
          witness.witness(),
          "reachable",
          witness.reachable(),
          "reason",
          witness.reason());
    } else if (event instanceof HaEvent.FenceStarted fence) {
      lines.write(
          "fence",
          "role",
          fence.role(),
          "target",
          fence.target(),
          "outcome",
          "STARTED",
          "detail",
          fence.reason());
    } else if (event instanceof HaEvent.FenceEnded fence) {
      lines.write(
          "fence",
          "role",
          fence.role(),
          "target",
          fence.target(),
          "outcome",
          fence.result().outcome(),
          "detail",
          fence.result().detail());
    } else if (event instanceof HaEvent.Operation operation) {
      lines.write(
          "operation",
          "operation",
          operation.operation(),
          "by",
          operation.by(),
          "stage",
          operation.stage().label(),
          "detail",
          operation.detail());
    } else if (event instanceof HaEvent.Stalled stalled) {
      stalled(stalled);
    } else {
      acceptOfRole(event);
    }
  }

  private void roster(HaEvent.RosterChanged roster) {
    List<String> members =
        roster.members().stream()
            .map(
                entry -> entry.member() + ":" + entry.votes() + (entry.witness() ? ":witness" : ""))
            .toList();
    lines.write("roster", "version", roster.version(), "members", members, "in", roster.member());
  }

  private void stalled(HaEvent.Stalled stalled) {
    lines.write(
        "stalled",
        "scope",
        stalled.scope().name().toLowerCase(Locale.ROOT),
        "millis",
        stalled.length().toMillis(),
        "over",
        stalled.over(),
        "detail",
        stalled.detail());
  }

  private void acceptOfRole(HaEvent event) {
    if (event instanceof HaEvent.PeerMissing peer) {
      lines.write(
          "peer-missing", "role", peer.role(), "missing", peer.missing(), "reason", peer.reason());
    } else if (event instanceof HaEvent.Elected elected) {
      lines.write("elected", "role", elected.role(), "epoch", elected.epoch());
    } else if (event instanceof HaEvent.Revoked revoked) {
      lines.write(
          "revoked",
          "role",
          revoked.role(),
          "epoch",
          revoked.epoch(),
          "reason",
          revoked.reason().label());
    } else if (event instanceof HaEvent.LeaderChanged changed) {
      @Nullable LeaderInfo leader = changed.leader().orElse(null);
      lines.write(
          "leader",
          "role",
          changed.role(),
          "leader",
          leader == null ? null : leader.member(),
          "epoch",
          leader == null ? null : leader.epoch());
    } else if (event instanceof HaEvent.VoterWaiting voter) {
      lines.write(
          "voter", "role", voter.role(), "waiting", voter.waiting(), "reason", voter.reason());
    } else if (event instanceof HaEvent.RegisterCommitted committed) {
      lines.write(
          "register",
          "role",
          committed.role(),
          "version",
          committed.value().version(),
          "bytes",
          committed.value().bytes().length);
    } else if (event instanceof HaEvent.ResourceChanged resource) {
      resource(resource);
    } else if (event instanceof HaEvent.DeadlineStep deadline) {
      String step = deadline.step().name().toLowerCase(Locale.ROOT);
      lines.write("deadline", "role", deadline.role(), "step", step, "reason", deadline.reason());
    }
  }

  private void resource(HaEvent.ResourceChanged resource) {
    lines.write(
        "resource",
        "role",
        resource.role(),
        "name",
        resource.resource(),
        "state",
        resource.state().name().toLowerCase(Locale.ROOT),
        "failcount",
        resource.failCount(),
        "reason",
        resource.reason());
  }
}
