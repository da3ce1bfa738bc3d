package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.election.RosterRules;
import io.understudy.ha.internal.election.RosterRules.Known;
import io.understudy.ha.internal.election.Standing;
import io.understudy.ha.internal.election.Voting;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * All that a member does about rosters besides the election of their role: whoever shows another
 * roster is told the own one, what is newer is stored, wishes are passed on, and the leader's part
 * is done by {@link RosterKeeper}.
 */
final class RosterBook {
  private final RosterDesk desk;
  private final RosterRules rules;
  private final RosterKeeper keeper;
  private final RosterWishes wishes;
  private final Map<MemberId, Told> told = new HashMap<>();
  private long answers;

  /** What was told to a life, and when: answering each of its messages would say it twice. */
  private record Told(Life to, Known known, long nanos) {}

  RosterBook(RosterDesk desk, RosterRules rules) {
    this.desk = desk;
    this.rules = rules;
    this.keeper = new RosterKeeper(desk, rules);
    this.wishes = new RosterWishes(desk);
  }

  void wish(long request, RosterGoal goal) {
    wishes.add(request, goal);
  }

  /** What is being changed, as far as this member knows; empty if nothing is. */
  String underWay() {
    String kept = keeper.underWay();
    return kept.isEmpty() ? wishes.open() : kept;
  }

  /** Time has passed, or something has changed in the role. */
  void advance() {
    keeper.advance();
    wishes.tick();
  }

  long wakeInNanos() {
    return Math.min(keeper.wakeInNanos(), wishes.wakeInNanos());
  }

  /**
   * A message arrived.
   *
   * @return whether it was about rosters, and so for no machine
   */
  boolean receive(Envelope envelope) {
    Message message = envelope.message();
    if (message instanceof Message.RosterNews news) {
      heard(envelope.from(), new Known(news.version(), news.roster()));
      return true;
    }
    Known known = desk.known();
    if (envelope.rosterStamp() != known.roster().stamp()
        || !known.roster().contains(envelope.from().member())) {
      tell(envelope.from(), false);
    }
    if (message instanceof Message.InventoryRequest request) {
      answer(envelope, request);
    } else if (message instanceof Message.Inventory inventory) {
      keeper.counted(envelope, inventory);
    } else if (message instanceof Message.RosterWish wish) {
      keeper.wished(envelope, wish);
    } else if (message instanceof Message.RosterReply reply) {
      wishes.replied(reply);
    } else {
      return false;
    }
    return true;
  }

  private void answer(Envelope envelope, Message.InventoryRequest request) {
    if (desk.isOfOurs(envelope)) {
      request.stale().forEach(role -> desk.input(role, new Input.Refresh()));
      Life from = envelope.from();
      Inventories.cut(desk.inventory(request.round()), ++answers, rules.namesInOneMessage())
          .forEach(part -> desk.send(from.member(), from.incarnation(), part));
    }
  }

  private void heard(Life from, Known theirs) {
    Known own = desk.known();
    if (rules.isNewer(theirs, own)) {
      believe(theirs);
    } else if (rules.isNewer(own, theirs)) {
      tell(from, true);
    } else if (!own.roster().equals(theirs.roster())) {
      desk.announce(new Output.RosterConflict(from, theirs.roster()));
    }
  }

  private void believe(Known theirs) {
    RoleState state = desk.state();
    if (theirs.roster().isSeed()) {
      desk.seed(theirs.roster());
    }
    if (state == null || state.voting() instanceof Voting.Uninformed) {
      desk.adopt(theirs); // it votes nowhere, so it need not be stored;
    } else {
      RegisterValue value = RosterCodec.value(theirs.roster()).withVersion(theirs.version());
      desk.input(new Input.RosterTold(theirs.roster(), value));
    }
  }

  /** Another roster is in force now. Who wrote it tells everybody, also whom it removes. */
  void changed(Roster before, Roster after) {
    RoleState state = desk.state();
    if (state == null || !(state.standing() instanceof Standing.Leader)) {
      return;
    }
    Set<MemberId> all = new TreeSet<>();
    before.members().stream().map(RosterMember::member).forEach(all::add);
    after.members().stream().map(RosterMember::member).forEach(all::add);
    all.remove(desk.self().member());
    Known known = desk.known();
    for (MemberId member : all) {
      desk.send(member, Life.ANY, new Message.RosterNews(known.version(), known.roster()));
    }
  }

  private void tell(Life to, boolean asked) {
    Known known = desk.known();
    Told last = told.get(to.member());
    boolean justTold =
        last != null
            && last.to().equals(to)
            && last.known().equals(known)
            && desk.nanos() - last.nanos() < desk.times().minStepNanos();
    if (asked || !justTold) {
      told.put(to.member(), new Told(to, known, desk.nanos()));
      desk.send(
          to.member(), to.incarnation(), new Message.RosterNews(known.version(), known.roster()));
    }
  }
}
