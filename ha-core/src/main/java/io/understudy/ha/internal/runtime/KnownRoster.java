package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Holding;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Message.Inventory;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterChange;
import io.understudy.ha.internal.election.RosterRules;
import io.understudy.ha.internal.election.RosterRules.Known;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.internal.election.TimeValues;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The roster that one life goes by. Every message is sent under it, every machine is told of
 * another one before anything else happens to any of them, and whoever does not know it keeps
 * silent. Who changes it is decided elsewhere, see {@link RosterBook}. One thread at a time.
 */
final class KnownRoster implements RosterDesk {
  private final RoleMachines machines;
  private final Agenda agenda;
  private final TurnOutbox outbox;
  private final RosterRules rules;
  private final RosterBook book;
  private Known known;
  private long committedNanos = Step.NEVER;

  /** As on disk. */
  KnownRoster(RoleMachines machines, Agenda agenda, TurnOutbox outbox, RosterRules rules) {
    this.machines = machines;
    this.agenda = agenda;
    this.outbox = outbox;
    this.known = RosterCodec.known(outbox.memberRecord());
    this.rules = rules;
    this.book = new RosterBook(this, rules);
  }

  /** The roster in force. */
  Roster roster() {
    return known.roster();
  }

  /** Since when it is known to be committed; {@link Step#NEVER} if it is not. */
  long committedNanos() {
    return committedNanos;
  }

  /** All that is done about rosters besides the election of their role. */
  RosterBook book() {
    return book;
  }

  /**
   * Who does not know which roster holds neither votes nor acknowledges: it could be taken for a
   * voter of a roster that has been replaced.
   */
  boolean isMute(String role) {
    RoleState inRosterRole = state();
    return inRosterRole != null
        && rules.isMute(inRosterRole.voting())
        && !role.equals(RosterChange.ROLE);
  }

  /** A message of this life, under the roster in force. */
  Envelope envelope(String role, long toIncarnation, Message message) {
    return new Envelope(role, self(), toIncarnation, known.roster().stamp(), message);
  }

  /**
   * What an operator confirms of an empty directory does not undo what others told of the roster.
   */
  Input confirmed(String role, Input input) {
    boolean confirmed =
        input instanceof Input.EmptyStateConfirmed && role.equals(RosterChange.ROLE);
    return confirmed && !known.roster().isSeed()
        ? new Input.RosterConfirmed(RosterCodec.value(known.roster()).withVersion(known.version()))
        : input;
  }

  /** The ballot of a role was stored; that of the roster's role holds the roster. */
  void stored(String role) {
    if (role.equals(RosterChange.ROLE)) {
      adopt(RosterCodec.known(outbox.memberRecord()));
    }
  }

  /** An announcement of the roster's machine. */
  void announced(Output output) {
    if (output instanceof Output.Answer) {
      return; // nobody but the keeper asks, and it looks at the state
    }
    if (output instanceof Output.Committed committed
        && committed.value().version().equals(known.version())
        && committedNanos == Step.NEVER) {
      committedNanos = agenda.nanos();
      toAllFirst(new Input.RosterCommitted(committedNanos));
    }
    announce(output);
  }

  /** To all machines, before anything else happens to any of them. */
  private void toAllFirst(Input input) {
    for (String role : machines.roles()) {
      agenda.addUrgent(role, input);
    }
  }

  // ---- for those who keep the roster

  @Override
  public Life self() {
    return machines.self();
  }

  @Override
  public TimeValues times() {
    return machines.times();
  }

  @Override
  public long nanos() {
    return agenda.nanos();
  }

  @Override
  public Known known() {
    return known;
  }

  @Override
  public void adopt(Known told) {
    Roster before = known.roster();
    known = told;
    if (!before.equals(told.roster())) {
      committedNanos = Step.NEVER;
      toAllFirst(new Input.RosterChanged(told.roster()));
      announce(new Output.RosterInForce(told.roster()));
      book.changed(before, told.roster());
    }
  }

  @Override
  public void seed(Roster roster) {
    outbox.amend(outbox.memberRecord().withSeed(roster)); // with the ballot that needs it
  }

  @Override
  public @Nullable RoleState state() {
    return machines.state(RosterChange.ROLE);
  }

  @Override
  public Inventory inventory(long round) {
    SortedMap<String, Holding> holdings = new TreeMap<>();
    outbox.memberRecord().ballots().forEach((role, b) -> holdings.put(role, Holding.of(b)));
    boolean informed = true;
    for (String role : machines.roles()) {
      if (machines.isUninformed(role)) {
        informed = false;
        holdings.remove(role);
      }
    }
    return new Inventory(round, known.version(), informed, Message.Part.WHOLE, holdings);
  }

  @Override
  public void send(MemberId to, long toIncarnation, Message message) {
    Envelope envelope = envelope(RosterChange.ROLE, toIncarnation, message);
    if (to.equals(self().member())) {
      agenda.add(RosterChange.ROLE, new Input.Received(envelope));
    } else {
      outbox.send(to, envelope);
    }
  }

  @Override
  public void input(String role, Input input) {
    agenda.addUrgent(role, input); // what was decided on a state is done on that state
  }

  @Override
  public void announce(Output output) {
    outbox.announce(RosterChange.ROLE, output);
  }
}
