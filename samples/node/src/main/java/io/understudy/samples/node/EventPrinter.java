package io.understudy.samples.node;

import io.understudy.ha.HaEvent;
import io.understudy.ha.LeaderInfo;
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
    } else if (event instanceof HaEvent.ServiceChanged service) {
      lines.write("service", "inService", service.inService(), "reason", service.reason());
    } else if (event instanceof HaEvent.Refused refused) {
      lines.write("refused", "reason", refused.reason());
    } else {
      acceptOfRole(event);
    }
  }

  private void acceptOfRole(HaEvent event) {
    if (event instanceof HaEvent.Elected elected) {
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
    }
  }
}
