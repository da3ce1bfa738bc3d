package io.understudy.samples.orders;

import io.understudy.jdbc.HaDataSourceEvent;
import io.understudy.jdbc.HaDataSourceEvent.FailoverHeld;
import io.understudy.jdbc.HaDataSourceEvent.MasterChanged;
import io.understudy.jdbc.HaDataSourceEvent.Overflow;
import io.understudy.jdbc.HaDataSourceEvent.SwitchoverChanged;
import io.understudy.jdbc.HaDataSourceEvent.WriterChanged;
import io.understudy.jdbc.HaDataSourceStatus.MasterStatus;
import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.SwitchoverResult.StepTime;
import io.understudy.samples.node.JsonLines;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Prints what happens to writer and masters. */
final class DatabasePrinter implements Consumer<HaDataSourceEvent> {
  private final JsonLines lines;

  DatabasePrinter(JsonLines lines) {
    this.lines = lines;
  }

  @Override
  public void accept(HaDataSourceEvent event) {
    if (event instanceof WriterChanged writer) {
      print(writer);
    } else if (event instanceof MasterChanged master) {
      print(master.master());
    } else if (event instanceof FailoverHeld held) {
      print(held);
    } else if (event instanceof SwitchoverChanged switchover) {
      print(switchover.progress());
    } else if (event instanceof Overflow overflow) {
      lines.write("overflow", "lost", overflow.lost());
    }
  }

  private void print(WriterChanged changed) {
    lines.write(
        "writer",
        "master",
        DatabaseJson.nameOrNull(changed.route().writer()),
        "generation",
        changed.route().generation(),
        "phase",
        changed.route().phase(),
        "candidate",
        DatabaseJson.nameOrNull(changed.candidate()),
        "epoch",
        changed.route().epoch(),
        "reason",
        changed.reason());
  }

  private void print(MasterStatus master) {
    lines.write(
        "master",
        "name",
        master.name(),
        "state",
        DatabaseJson.state(master),
        "lag",
        DatabaseJson.numberOrNull(master.lagSeconds()),
        "role",
        DatabaseJson.small(master.role()),
        "stranded",
        master.stranded(),
        "problem",
        master.problem(),
        "seenBy",
        DatabaseJson.seenBy(master));
  }

  private void print(FailoverHeld held) {
    lines.write(
        "failover-held",
        "master",
        held.writer(),
        "milliseconds",
        held.remaining().toMillis(),
        "reason",
        held.reason());
  }

  private void print(SwitchoverResult progress) {
    List<StepTime> steps = progress.steps();
    @Nullable StepTime last = steps.isEmpty() ? null : steps.get(steps.size() - 1);
    lines.write(
        "switchover",
        "step",
        last == null ? stepless(progress) : DatabaseJson.small(last.step()),
        "milliseconds",
        last == null ? 0 : last.after().toMillis(),
        "from",
        progress.from(),
        "to",
        progress.to(),
        "outcome",
        DatabaseJson.small(progress.outcome()),
        "reason",
        progress.reason(),
        "director",
        DatabaseJson.nameOrNull(progress.director()));
  }

  private static String stepless(SwitchoverResult progress) {
    return progress.outcome() == Outcome.UNDER_WAY ? "asked" : "dropped";
  }
}
