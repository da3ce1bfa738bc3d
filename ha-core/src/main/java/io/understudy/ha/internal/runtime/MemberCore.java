package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaNode;
import io.understudy.ha.NodeStatus;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Boot;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Machine;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.Output.Outcome;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterChange;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.election.RosterRules;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.internal.election.TimeValues;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a member's election: a machine for each role, and the order in which their outputs
 * are executed. The same object runs in production and in the simulator. One thread at a time.
 *
 * <p>It works in turns: a message, a timer or a request begins one, and it ends when nothing is
 * left to do. All steps of a turn happen at the moment at which it began (nothing that they answer
 * was sent later). From its first store on a turn announces and sends nothing; at its end the
 * record is saved once, with all that was stored, and then everything else happens, the
 * announcements in their order and what is for one member in one message. So the heartbeats of any
 * number of roles are one message, and all their candidatures are one write.
 *
 * <p>If the record cannot be saved the core throws {@link StoreFailedException} and is dead: every
 * further call throws too. What it promised in memory is forgotten like after a crash, so its owner
 * closes the gates and starts another life.
 */
public final class MemberCore {
  private static final Logger LOG = LoggerFactory.getLogger(MemberCore.class);
  private static final Input.Tick TICK = new Input.Tick();

  private final Ports ports;
  private final boolean directoryWasEmpty;
  private final Agenda agenda;
  private final TurnOutbox outbox;
  private final RoleMachines machines;
  private final KnownRoster roster;
  private Input.PeersSeen peers = new Input.PeersSeen(Set.of());
  private boolean refusedRoles;

  /**
   * Begins a life.
   *
   * @param self the life
   * @param times the time values
   * @param machine the election
   * @param ports the world
   * @param stored the record on disk; one without ballots and founding for an empty directory
   */
  public MemberCore(
      Life self, TimeValues times, Machine machine, Ports ports, MemberRecord stored) {
    this(self, times, new Election(machine, new RosterRules()), ports, stored);
  }

  /**
   * The decisions.
   *
   * @param machine of the roles
   * @param rosterRules of the roster
   */
  public record Election(Machine machine, RosterRules rosterRules) {}

  /**
   * Begins a life by rules of its own.
   *
   * @param self the life
   * @param times the time values
   * @param election the decisions
   * @param ports the world
   * @param stored the record on disk; one without ballots and founding for an empty directory
   */
  public MemberCore(
      Life self, TimeValues times, Election election, Ports ports, MemberRecord stored) {
    this.ports = ports;
    this.directoryWasEmpty = stored.ballots().isEmpty() && !stored.founding().directory();
    this.agenda = new Agenda(ports);
    this.outbox = new TurnOutbox(ports, stored);
    this.machines = new RoleMachines(self, times, election.machine(), ports.nanos());
    this.roster = new KnownRoster(machines, agenda, outbox, election.rosterRules());
    ensureLongestPromise();
  }

  /** Before the first promise of a new length can be given, its length is on disk. */
  private void ensureLongestPromise() {
    MemberRecord stored = outbox.memberRecord();
    long promiseNanos = machines.times().promiseNanos();
    if (promiseNanos > stored.longestPromiseNanos() && !directoryWasEmpty) {
      outbox.amend(stored.withLongestPromise(promiseNanos));
      outbox.save();
    } else if (directoryWasEmpty) {
      // Written together with the first ballot: an empty directory must stay empty until then.
      outbox.amend(stored.withLongestPromise(promiseNanos));
    }
  }

  /** Authentic messages of one member arrived together. */
  public void receive(List<Envelope> envelopes) {
    ensureAlive();
    for (Envelope envelope : envelopes) {
      agenda.add(envelope.role(), new Input.Received(envelope));
    }
    turn();
  }

  /**
   * Takes part in the election of the roster's leader, and keeps the roster from now on. Without it
   * the configured roster is in force for ever.
   */
  public void runForRoster() {
    input(RosterChange.ROLE, new Input.Candidacy(true, List.of()));
  }

  /**
   * Asks for another roster; answered by {@link Output.RosterAnswer} when it is committed.
   *
   * @param request the caller's number, used once in this life
   */
  public void wish(long request, RosterGoal goal) {
    ensureAlive();
    roster.book().wish(request, goal);
    agenda.add(RosterChange.ROLE, TICK);
    turn();
  }

  /** The roster in force at this member. */
  public Roster roster() {
    return roster.roster();
  }

  /** Who keeps the roster and what is being changed, as far as this member knows. */
  public NodeStatus.RosterStatus rosterStatus() {
    RoleState state = state(RosterChange.ROLE);
    Life keeper = state == null ? null : state.outlook().leader();
    return new NodeStatus.RosterStatus(
        Optional.ofNullable(keeper).map(Life::member), roster.book().underWay());
  }

  /** Something happened to one role; its machine is made if there is none yet. */
  public void input(String role, Input input) {
    ensureAlive();
    agenda.add(role, input);
    turn();
  }

  /** Something happened to all roles. */
  public void inputAll(Input input) {
    ensureAlive();
    if (input instanceof Input.PeersSeen seen) {
      if (seen.equals(peers)) {
        return; // every machine was told, also those made since; many roles start at once
      }
      peers = seen;
    }
    for (String role : machines.roles()) {
      agenda.add(role, input);
    }
    turn();
  }

  /** Wakes the machines whose time has come, in one turn. */
  public void tick() {
    ensureAlive();
    machines.tick(ports.nanos(), agenda);
    if (roster.book().wakeInNanos() == 0) {
      agenda.add(RosterChange.ROLE, TICK);
    }
    turn();
  }

  /** When {@link #tick()} should be called next; {@link Step#NEVER} if there is no need. */
  public long wakeAtNanos() {
    long earliest = machines.wakeAtNanos();
    long rosterNanos = roster.book().wakeInNanos();
    if (rosterNanos != Step.NEVER) {
      long at = ports.nanos() + rosterNanos;
      earliest = earliest == Step.NEVER || at - earliest < 0 ? at : earliest;
    }
    return earliest;
  }

  /** The state of a role's machine, or null if there is none. */
  public @Nullable RoleState state(String role) {
    return machines.state(role);
  }

  /** Whether a machine counts the peer in a cluster of two as fenced. */
  public boolean isAlone() {
    return machines.isAlone();
  }

  /** The roles of which it has heard, reserved ones included. */
  public Iterable<String> roles() {
    return machines.roles();
  }

  /** This life. */
  public Life self() {
    return machines.self();
  }

  /** What is on disk, between turns. */
  public MemberRecord memberRecord() {
    return outbox.memberRecord();
  }

  private void ensureAlive() {
    if (outbox.isDead()) {
      throw new StoreFailedException(
          "this life has ended because its state could not be stored", null);
    }
  }

  /**
   * Works in arrival order, also what arrives while outputs are executed, until nothing is left.
   */
  private void turn() {
    if (!agenda.isDue()) {
      return;
    }
    try {
      while (!agenda.isEmpty()) {
        agenda.beginTurn();
        for (Agenda.Item next = agenda.poll(); next != null; next = agenda.poll()) {
          step(next.role(), next.input());
        }
        outbox.conclude();
      }
    } finally {
      agenda.endTurn();
      if (outbox.isDead()) {
        agenda.clear();
      }
    }
  }

  private void step(String role, Input input) {
    if (input instanceof Input.Received received && !isForMachine(received.envelope())) {
      return;
    }
    RoleMachines.Slot slot = machines.get(role);
    if (slot == null) {
      if (machines.isFull()) {
        refuse(role, input);
        return;
      }
      slot = open(role);
    }
    execute(role, slot.step(roster.confirmed(role, input), agenda.nanos()));
    if (role.equals(RosterChange.ROLE)) {
      roster.book().advance();
    }
  }

  /**
   * Who declared the role here is told so each time, and gets an answer to whatever it asks: it
   * would wait for ever. Of other members' roles the log tells once.
   */
  private void refuse(String role, Input input) {
    String why =
        "takes no part in role "
            + role
            + ": the members of this cluster have declared "
            + HaNode.MAX_ROLES
            + " others, and more are not possible";
    if (input instanceof Input.Candidacy) {
      outbox.announce(role, new Output.Waiting(true, why));
    } else if (input instanceof Input.Resign resign) {
      outbox.announce(role, new Output.Answer(resign.request(), Outcome.NOT_LEADER, null));
    } else if (input instanceof Input.Write write) {
      outbox.announce(role, new Output.Answer(write.request(), Outcome.NOT_LEADER, null));
    } else if (!refusedRoles) {
      refusedRoles = true;
      LOG.error("{} - {}; the same goes for all further ones", machines.self().member(), why);
    }
  }

  private boolean isForMachine(Envelope envelope) {
    boolean meantForMe =
        envelope.toIncarnation() == Life.ANY
            || envelope.toIncarnation() == machines.self().incarnation();
    return meantForMe && !roster.book().receive(envelope) && !roster.isMute(envelope.role());
  }

  private RoleMachines.Slot open(String role) {
    long longest = outbox.memberRecord().longestPromiseNanos();
    execute(role, machines.open(role, roster.roster(), boot(role), longest, agenda.nanos()));
    RoleMachines.Slot slot = Objects.requireNonNull(machines.get(role));
    execute(role, slot.step(peers, agenda.nanos()));
    if (roster.committedNanos() != Step.NEVER) {
      Input committed = new Input.RosterCommitted(roster.committedNanos());
      execute(role, slot.step(committed, agenda.nanos()));
    }
    return slot;
  }

  private Boot boot(String role) {
    MemberRecord stored = outbox.memberRecord();
    Ballot ballot = stored.ballots().get(role);
    if (ballot != null) {
      return new Boot.Known(ballot);
    }
    return stored.founding().directory()
        ? new Boot.Fresh(stored.founding())
        : new Boot.Empty(directoryWasEmpty && stored.ballots().isEmpty());
  }

  private void execute(String role, Step step) {
    for (Output output : step.outputs()) {
      if (output instanceof Output.Store store) {
        storeBallot(outbox.memberRecord().withBallot(role, store.ballot()));
        roster.stored(role);
      } else if (output instanceof Output.Found found) {
        found(role, found);
        roster.stored(role);
      } else if (output instanceof Output.Send send) {
        if (!roster.isMute(role)) {
          outbox.send(send.to(), roster.envelope(role, send.toIncarnation(), send.message()));
        }
      } else if (role.equals(RosterChange.ROLE)) {
        roster.announced(output);
      } else {
        outbox.announce(role, output);
      }
    }
  }

  private void found(String role, Output.Found found) {
    MemberRecord changed = outbox.memberRecord().withBallot(role, found.ballot());
    Founding founding = found.ballot().founding();
    if (founding.directory()) {
      outbox.store(changed.withFounding(founding));
      inputAll(new Input.Founded(founding));
    } else {
      storeBallot(changed);
    }
  }

  private void storeBallot(MemberRecord changed) {
    boolean first = outbox.memberRecord().ballots().isEmpty();
    outbox.store(changed);
    if (first) {
      inputAll(new Input.DirectoryUsed());
    }
  }
}
