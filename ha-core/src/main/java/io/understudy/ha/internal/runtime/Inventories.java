package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Holding;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message.Inventory;
import io.understudy.ha.internal.election.Message.Part;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What members say they have on disk, and what of it must be carried over to the next roster. An
 * answer that is too long for one message comes in parts and counts when all are there.
 */
final class Inventories {
  private final RosterRules rules;
  private final Map<MemberId, Inventory> answers = new TreeMap<>();
  private final Map<MemberId, Partial> partial = new TreeMap<>();

  /** What must be carried over; null before a quorum has answered. */
  private @Nullable Map<String, Holding> wanted;

  /** The parts of one answer of one life that have arrived. */
  private record Partial(Life by, long answer, Map<Integer, Inventory> parts) {}

  Inventories(RosterRules rules) {
    this.rules = rules;
  }

  /** Cuts an answer into parts that can be sent, with so many roles at most. */
  static List<Inventory> cut(Inventory whole, long answer, int most) {
    List<Map.Entry<String, Holding>> all =
        new ArrayList<>(new TreeMap<>(whole.holdings()).entrySet());
    int count = Math.max(1, (all.size() + most - 1) / most);
    List<Inventory> parts = new ArrayList<>(count);
    for (int index = 0; index < count; index++) {
      Map<String, Holding> some = new HashMap<>();
      all.subList(index * most, Math.min(all.size(), (index + 1) * most))
          .forEach(entry -> some.put(entry.getKey(), entry.getValue()));
      Part part = new Part(answer, index, count);
      parts.add(new Inventory(whole.round(), whole.roster(), whole.informed(), part, some));
    }
    return parts;
  }

  /** A new round: nobody has answered yet. */
  void ask() {
    answers.clear();
    partial.clear();
  }

  /** Another roster is committed: nothing is known of what is to be carried over from it. */
  void begin() {
    ask();
    wanted = null;
  }

  /** A whole answer. */
  void put(MemberId member, Inventory whole) {
    answers.put(member, whole);
  }

  /**
   * An answer, or a part of one, in any order. Parts of two answers are never put together: a role
   * could be in the one part no more and in the other not yet.
   *
   * @return whether the answer is complete now
   */
  boolean add(Life from, Inventory part) {
    if (part.part().count() == 1) {
      answers.put(from.member(), part);
      return true;
    }
    long answer = part.part().answer();
    Partial present = partial.get(from.member());
    if (present == null || !present.by().equals(from) || present.answer() < answer) {
      present = new Partial(from, answer, new TreeMap<>());
      partial.put(from.member(), present);
    } else if (present.answer() > answer) {
      return false;
    }
    present.parts().put(part.part().index(), part);
    if (present.parts().size() < part.part().count()) {
      return false;
    }
    answers.put(from.member(), join(present.parts().values()));
    return true;
  }

  private static Inventory join(Iterable<Inventory> parts) {
    Map<String, Holding> holdings = new HashMap<>();
    Inventory last = parts.iterator().next();
    for (Inventory part : parts) {
      holdings.putAll(part.holdings());
      last = part;
    }
    return new Inventory(last.round(), last.roster(), last.informed(), Part.WHOLE, holdings);
  }

  /** Once a quorum has answered it is known what must be carried over. */
  boolean isKnown(Roster roster) {
    if (wanted == null && roster.isQuorum(answers::containsKey)) {
      Map<String, Holding> sum = new TreeMap<>();
      answers.values().forEach(inventory -> add(sum, inventory.holdings()));
      wanted = sum;
    }
    return wanted != null;
  }

  private static void add(Map<String, Holding> sum, Map<String, Holding> holdings) {
    holdings.forEach((role, holding) -> sum.merge(role, holding, Holding::and));
  }

  boolean carries(MemberId member) {
    Inventory inventory = answers.get(member);
    return inventory != null && wanted != null && rules.carries(inventory.holdings(), wanted);
  }

  /** Who still waits for what others know may need the very vote that the next roster lacks. */
  boolean votes(MemberId member) {
    Inventory inventory = answers.get(member);
    return inventory != null && inventory.informed() && carries(member);
  }

  /** The members with a vote in a roster that have not answered, or not all that is wanted. */
  List<MemberId> behind(Roster roster) {
    return roster.members().stream()
        .filter(entry -> entry.votes() > 0 && !votes(entry.member()))
        .map(RosterMember::member)
        .toList();
  }

  /** Roles of which the member does not have what must be carried over; the first of them. */
  List<String> stale(MemberId member) {
    Inventory inventory = answers.get(member);
    List<String> stale = new ArrayList<>();
    if (inventory != null && wanted != null) {
      wanted.forEach(
          (role, holding) -> {
            boolean missing =
                !inventory.holdings().getOrDefault(role, Holding.NOTHING).covers(holding);
            if (missing && stale.size() < rules.namesInOneMessage()) {
              stale.add(role);
            }
          });
    }
    return stale;
  }
}
