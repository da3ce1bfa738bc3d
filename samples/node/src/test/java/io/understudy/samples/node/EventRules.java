package io.understudy.samples.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What must be true of the events of a cluster's lives whatever happened to them. */
final class EventRules {
  private EventRules() {}

  /**
   * Every rule that was broken, as a sentence; empty if none was.
   *
   * @param lives the events of each life of each member, on one monotonic clock
   */
  static List<String> broken(List<List<Event>> lives) {
    List<String> broken = new ArrayList<>();
    for (List<Event> life : lives) {
      judgeLife(life, broken);
    }
    List<Event> elections =
        lives.stream()
            .flatMap(List::stream)
            .filter(e -> e.isOfMain("elected"))
            .sorted(Comparator.comparingLong(Event::monoNanos))
            .toList();
    for (int i = 1; i < elections.size(); i++) {
      if (elections.get(i).number("epoch") <= elections.get(i - 1).number("epoch")) {
        broken.add(elections.get(i).fields() + " came after " + elections.get(i - 1).fields());
      }
    }
    lives.stream()
        .flatMap(List::stream)
        .filter(event -> event.is("death"))
        .forEach(death -> judgeDeath(death, lives, broken));
    return broken;
  }

  /** The dead say nothing more. */
  private static void judgeDeath(Event death, List<List<Event>> lives, List<String> broken) {
    for (List<Event> life : lives) {
      boolean isIt =
          life.stream()
              .filter(e -> e.is("started"))
              .anyMatch(e -> e.text("incarnation").equals(death.text("incarnation")));
      if (isIt && life.get(life.size() - 1).monoNanos() - death.monoNanos() > 0) {
        broken.add(life.get(life.size() - 1).fields() + " after its death: " + death.fields());
      }
    }
  }

  private static void judgeLife(List<Event> life, List<String> broken) {
    @Nullable Event reign = null;
    long leaderEpoch = 0;
    for (Event event : life) {
      if (event.isOfMain("elected")) {
        if (reign != null) {
          broken.add(event.fields() + " while it led already: " + reign.fields());
        }
        reign = event;
      } else if (event.isOfMain("revoked")) {
        if (reign == null || reign.number("epoch") != event.number("epoch")) {
          broken.add(event.fields() + " ends nothing that was begun");
        }
        reign = null;
      } else if (event.isOfMain("leader") && event.fields().get("leader") != null) {
        if (event.number("epoch") < leaderEpoch) {
          broken.add(event.fields() + " after it had seen epoch " + leaderEpoch);
        }
        leaderEpoch = event.number("epoch");
      }
    }
  }
}
