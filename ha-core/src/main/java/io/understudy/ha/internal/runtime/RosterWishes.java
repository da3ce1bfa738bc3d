package io.understudy.ha.internal.runtime;

import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message.RosterReply;
import io.understudy.ha.internal.election.Message.RosterWish;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.election.RosterStep.Refusal;
import io.understudy.ha.internal.election.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What somebody at this member wants of the roster: asked of its leader, whoever that is, again and
 * again until it answers. So a wish survives the leader, but not the member that has it.
 */
final class RosterWishes {
  private final RosterDesk desk;
  private final SortedMap<Long, RosterGoal> open = new TreeMap<>();
  private long askedNanos;

  RosterWishes(RosterDesk desk) {
    this.desk = desk;
  }

  void add(long request, RosterGoal goal) {
    if (goal instanceof RosterGoal.Lack lack && !desk.known().roster().contains(lack.member())) {
      String text = lack.member() + " is not in the roster";
      desk.announce(new Output.RosterAnswer(request, Refusal.UNKNOWN_MEMBER, text));
      return;
    }
    open.put(request, goal);
    ask(request, goal);
  }

  void replied(RosterReply reply) {
    if (open.remove(reply.request()) != null) {
      desk.announce(new Output.RosterAnswer(reply.request(), reply.refusal(), reply.text()));
    }
  }

  /** The first wish that is not answered, for people; empty if there is none. */
  String open() {
    if (open.isEmpty()) {
      return "";
    }
    RoleState state = desk.state();
    Life leader = state == null ? null : state.outlook().leader();
    return "a roster "
        + open.get(open.firstKey())
        + (leader == null
            ? "; waits for a member that keeps the roster: none is known"
            : "; asked of " + leader.member() + ", which keeps the roster");
  }

  void tick() {
    if (!open.isEmpty() && wakeInNanos() == 0) {
      List<Long> requests = new ArrayList<>(open.keySet());
      for (Long request : requests) {
        RosterGoal goal = open.get(request);
        if (goal != null) {
          ask(request, goal);
        }
      }
      askedNanos = desk.nanos();
    }
  }

  private void ask(long request, RosterGoal goal) {
    RoleState state = desk.state();
    Life leader = state == null ? null : state.outlook().leader();
    if (leader != null) {
      desk.send(leader.member(), leader.incarnation(), new RosterWish(request, goal));
    }
    if (open.size() == 1) {
      askedNanos = desk.nanos();
    }
  }

  long wakeInNanos() {
    return open.isEmpty()
        ? Step.NEVER
        : Math.max(0, askedNanos + desk.times().heartbeatNanos() - desk.nanos());
  }
}
