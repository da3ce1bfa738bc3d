package io.understudy.jdbc.internal.source;

import io.understudy.jdbc.HaDataSourceEvent;
import io.understudy.jdbc.HaDataSourceEvent.FailoverHeld;
import io.understudy.jdbc.HaDataSourceEvent.MasterChanged;
import io.understudy.jdbc.HaDataSourceEvent.SwitchoverChanged;
import io.understudy.jdbc.HaDataSourceStatus.MasterStatus;
import io.understudy.jdbc.internal.director.SwitchoverDesk;
import io.understudy.jdbc.internal.routing.DirectorState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What people are told of a director's step: the differences between two states. */
final class Changes {
  private Changes() {}

  static List<HaDataSourceEvent> between(
      DirectorState before, DirectorState after, String director, Instant now) {
    List<HaDataSourceEvent> changes = new ArrayList<>();
    for (String name : after.masters().keySet()) {
      MasterStatus old = Statuses.master(name, before);
      MasterStatus is = Statuses.master(name, after);
      if (isNews(old, is)) {
        changes.add(new MasterChanged(now, is));
      }
    }
    if (Statuses.held(before, 0).isEmpty()) {
      Statuses.held(after, System.nanoTime())
          .map(it -> new FailoverHeld(now, after.assignment().writer(), it, after.trouble()))
          .ifPresent(changes::add);
    }
    after
        .switchover()
        .filter(it -> before.switchover().filter(it::equals).isEmpty())
        .ifPresent(
            it ->
                changes.add(
                    new SwitchoverChanged(now, SwitchoverDesk.result(it, after, director))));
    return changes;
  }

  static boolean isNews(MasterStatus before, MasterStatus after) {
    return !withoutPosition(before).equals(withoutPosition(after));
  }

  /** The position changes with every write, which is no news. */
  private static MasterStatus withoutPosition(MasterStatus it) {
    return new MasterStatus(
        it.name(),
        it.role(),
        it.reach(),
        it.problem(),
        it.readOnly(),
        it.offset(),
        it.increment(),
        it.lagSeconds(),
        it.replicating(),
        it.stranded(),
        it.strandedGtids(),
        it.notice(),
        "",
        it.seenBy());
  }
}
