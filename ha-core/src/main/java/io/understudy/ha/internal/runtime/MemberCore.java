package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaNode;
import io.understudy.ha.MemberId;
import io.understudy.ha.NodeStatus;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Boot;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Holding;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Machine;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Message.Inventory;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterChange;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.election.RosterRules;
import io.understudy.ha.internal.election.RosterRules.Known;
import io.understudy.ha.internal.election.Settings;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.election.Voting;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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
  /** With the roster's own. */
  static final int MAX_ROLES = HaNode.MAX_ROLES + 1;

  private static final Logger LOG = LoggerFactory.getLogger(MemberCore.class);
  private static final Input.Tick TICK = new Input.Tick();

  private final Life self;
  private final TimeValues times;
  private final Machine machine;
  private final Ports ports;
  private final long startNanos;
  private final boolean directoryWasEmpty;
  private final SortedMap<String, Slot> slots = new TreeMap<>();
  private final Queue<Work> pending = new ArrayDeque<>();
  private final Queue<Work> urgent = new ArrayDeque<>();
  private final Map<MemberId, List<Envelope>> outgoing = new LinkedHashMap<>();
  private final Queue<Held> held = new ArrayDeque<>();
  private final RosterRules rosterRules;
  private final RosterBook rosterBook;
  private MemberRecord memberRecord;
  private Known known;
  private long rosterCommittedNanos = Step.NEVER;
  private Input.PeersSeen peers = new Input.PeersSeen(Set.of());
  private boolean refusedRoles;
  private boolean inTurn;
  private boolean unsaved;
  private long turnNanos;
  private boolean dead;

  /** An input that waits for its machine. */
  private record Work(String role, Input input) {}

  /** An announcement that waits until what it may depend on is saved. */
  private record Held(String role, Output announcement) {}

  /** A role's machine state and when it wants to be woken. */
  private static final class Slot {
    RoleState state;
    long wakeAtNanos;

    Slot(Step first) {
      state = first.next();
      wakeAtNanos = first.wakeAtNanos();
    }
  }

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
    this.self = self;
    this.times = times;
    this.machine = election.machine();
    this.ports = ports;
    this.startNanos = ports.nanos();
    this.directoryWasEmpty = stored.ballots().isEmpty() && !stored.founding().directory();
    this.memberRecord = stored;
    this.known = RosterCodec.known(stored);
    this.rosterRules = election.rosterRules();
    this.rosterBook = new RosterBook(new Desk(), rosterRules);
    ensureLongestPromise();
  }

  /** Before the first promise of a new length can be given, its length is on disk. */
  private void ensureLongestPromise() {
    if (times.promiseNanos() > memberRecord.longestPromiseNanos() && !directoryWasEmpty) {
      memberRecord = memberRecord.withLongestPromise(times.promiseNanos());
      save();
    } else if (directoryWasEmpty) {
      // Written together with the first ballot: an empty directory must stay empty until then.
      memberRecord = memberRecord.withLongestPromise(times.promiseNanos());
    }
  }

  /** Authentic messages of one member arrived together. */
  public void receive(List<Envelope> envelopes) {
    ensureAlive();
    for (Envelope envelope : envelopes) {
      pending.add(new Work(envelope.role(), new Input.Received(envelope)));
    }
    turn();
  }

  /**
   * Takes part in the election of the roster's leader, and keeps the roster from now on. Without it
   * the configured roster is in force for ever.
   */
  public void runForRoster() {
    input(RosterChange.ROLE, new Input.Candidacy(true, List.of(), false));
  }

  /**
   * Asks for another roster; answered by {@link Output.RosterAnswer} when it is committed.
   *
   * @param request the caller's number, used once in this life
   */
  public void wish(long request, RosterGoal goal) {
    ensureAlive();
    rosterBook.wish(request, goal);
    pending.add(new Work(RosterChange.ROLE, TICK));
    turn();
  }

  /** The roster in force at this member. */
  public Roster roster() {
    return known.roster();
  }

  /** Who keeps the roster and what is being changed, as far as this member knows. */
  public NodeStatus.RosterStatus rosterStatus() {
    RoleState state = state(RosterChange.ROLE);
    Life keeper = state == null ? null : state.outlook().leader();
    return new NodeStatus.RosterStatus(
        Optional.ofNullable(keeper).map(Life::member), rosterBook.underWay());
  }

  private boolean isMute(String role) {
    Slot roster = slots.get(RosterChange.ROLE);
    return roster != null
        && rosterRules.isMute(roster.state.voting())
        && !role.equals(RosterChange.ROLE);
  }

  /** Something happened to one role; its machine is made if there is none yet. */
  public void input(String role, Input input) {
    ensureAlive();
    pending.add(new Work(role, input));
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
    for (String role : slots.keySet()) {
      pending.add(new Work(role, input));
    }
    turn();
  }

  /** Wakes the machines whose time has come, in one turn. */
  public void tick() {
    ensureAlive();
    long now = ports.nanos();
    for (Map.Entry<String, Slot> entry : slots.entrySet()) {
      Slot slot = entry.getValue();
      if (slot.wakeAtNanos != Step.NEVER && now - slot.wakeAtNanos >= 0) {
        pending.add(new Work(entry.getKey(), TICK));
      }
    }
    if (rosterBook.wakeInNanos() == 0) {
      pending.add(new Work(RosterChange.ROLE, TICK));
    }
    turn();
  }

  /** When {@link #tick()} should be called next; {@link Step#NEVER} if there is no need. */
  public long wakeAtNanos() {
    long earliest = Step.NEVER;
    for (Slot slot : slots.values()) {
      if (slot.wakeAtNanos != Step.NEVER
          && (earliest == Step.NEVER || slot.wakeAtNanos - earliest < 0)) {
        earliest = slot.wakeAtNanos;
      }
    }
    long rosterNanos = rosterBook.wakeInNanos();
    if (rosterNanos != Step.NEVER) {
      long at = ports.nanos() + rosterNanos;
      earliest = earliest == Step.NEVER || at - earliest < 0 ? at : earliest;
    }
    return earliest;
  }

  /** The state of a role's machine, or null if there is none. */
  public @Nullable RoleState state(String role) {
    Slot slot = slots.get(role);
    return slot == null ? null : slot.state;
  }

  /** Whether a machine counts the peer in a cluster of two as fenced. */
  public boolean isAlone() {
    return slots.values().stream().anyMatch(slot -> slot.state.pair().fenced() != null);
  }

  /** This life. */
  public Life self() {
    return self;
  }

  /** What is on disk, between turns. */
  public MemberRecord memberRecord() {
    return memberRecord;
  }

  private void ensureAlive() {
    if (dead) {
      throw new StoreFailedException(
          "this life has ended because its state could not be stored", null);
    }
  }

  /**
   * Works in arrival order, also what arrives while outputs are executed, until nothing is left.
   */
  private void turn() {
    if (inTurn || pending.isEmpty()) {
      return;
    }
    inTurn = true;
    try {
      while (!pending.isEmpty() || !urgent.isEmpty()) {
        turnNanos = ports.nanos();
        for (Work next = next(); next != null; next = next()) {
          step(next.role(), next.input());
        }
        conclude();
      }
    } finally {
      inTurn = false;
    }
  }

  private @Nullable Work next() {
    Work first = urgent.poll();
    return first == null ? pending.poll() : first;
  }

  /** Saves first; what happens then depends on nothing that could still be lost. */
  private void conclude() {
    if (unsaved) {
      save();
      unsaved = false;
    }
    for (Held next = held.poll(); next != null; next = held.poll()) {
      ports.announce(next.role(), next.announcement());
    }
    dispatch();
  }

  private void dispatch() {
    outgoing.forEach(ports::send);
    outgoing.clear();
  }

  private void step(String role, Input input) {
    if (input instanceof Input.Received received && !isForMachine(received.envelope())) {
      return;
    }
    Slot slot = slots.get(role);
    if (slot == null) {
      if (slots.size() >= MAX_ROLES) {
        refuse(role, input);
        return;
      }
      slot = open(role);
    }
    advance(role, slot, machine.step(slot.state, withRoster(role, input), turnNanos));
    if (role.equals(RosterChange.ROLE)) {
      rosterBook.advance();
    }
  }

  /**
   * Who declared the role here is told so each time; of other members' roles the log tells once.
   */
  private void refuse(String role, Input input) {
    String why =
        "takes no part in role "
            + role
            + ": the members of this cluster have declared "
            + HaNode.MAX_ROLES
            + " others, and more are not possible";
    if (input instanceof Input.Candidacy) {
      announce(role, new Output.Waiting(true, why));
    } else if (!refusedRoles) {
      refusedRoles = true;
      LOG.error("{} - {}; the same goes for all further ones", self.member(), why);
    }
  }

  /**
   * What an operator confirms of an empty directory does not undo what others told of the roster.
   */
  private Input withRoster(String role, Input input) {
    boolean confirmed =
        input instanceof Input.EmptyStateConfirmed && role.equals(RosterChange.ROLE);
    return confirmed && !known.roster().isSeed()
        ? new Input.RosterConfirmed(RosterCodec.value(known.roster()).withVersion(known.version()))
        : input;
  }

  private boolean isForMachine(Envelope envelope) {
    boolean meantForMe =
        envelope.toIncarnation() == Life.ANY || envelope.toIncarnation() == self.incarnation();
    return meantForMe && !rosterBook.receive(envelope) && !isMute(envelope.role());
  }

  private void advance(String role, Slot slot, Step step) {
    slot.state = step.next();
    slot.wakeAtNanos = step.wakeAtNanos();
    execute(role, step);
  }

  private Slot open(String role) {
    long waitNanos = Math.max(memberRecord.longestPromiseNanos(), times.promiseNanos());
    Settings settings = new Settings(role, self, known.roster(), times, startNanos, waitNanos);
    Step first = machine.start(settings, boot(role), turnNanos);
    Slot slot = new Slot(first);
    slots.put(role, slot);
    execute(role, first);
    advance(role, slot, machine.step(slot.state, peers, turnNanos));
    if (rosterCommittedNanos != Step.NEVER) {
      Input committed = new Input.RosterCommitted(rosterCommittedNanos);
      advance(role, slot, machine.step(slot.state, committed, turnNanos));
    }
    return slot;
  }

  private Boot boot(String role) {
    Ballot ballot = memberRecord.ballots().get(role);
    if (ballot != null) {
      return new Boot.Known(ballot);
    }
    return memberRecord.founding().directory()
        ? new Boot.Fresh(memberRecord.founding())
        : new Boot.Empty(directoryWasEmpty && memberRecord.ballots().isEmpty());
  }

  private void execute(String role, Step step) {
    for (Output output : step.outputs()) {
      if (output instanceof Output.Store store) {
        storeBallot(memberRecord.withBallot(role, store.ballot()));
        rosterMayHaveChanged(role);
      } else if (output instanceof Output.Found found) {
        found(role, found);
        rosterMayHaveChanged(role);
      } else if (output instanceof Output.Send send) {
        if (!isMute(role)) {
          put(send.to(), envelope(role, send.toIncarnation(), send.message()));
        }
      } else if (role.equals(RosterChange.ROLE)) {
        announceOfRoster(output);
      } else {
        announce(role, output);
      }
    }
  }

  private void announce(String role, Output output) {
    if (unsaved) {
      held.add(new Held(role, output));
    } else {
      ports.announce(role, output);
    }
  }

  private void put(MemberId to, Envelope envelope) {
    outgoing.computeIfAbsent(to, member -> new ArrayList<>()).add(envelope);
  }

  private void announceOfRoster(Output output) {
    if (output instanceof Output.Answer) {
      return; // nobody but the keeper asks, and it looks at the state
    }
    if (output instanceof Output.Committed committed
        && committed.value().version().equals(known.version())
        && rosterCommittedNanos == Step.NEVER) {
      rosterCommittedNanos = turnNanos;
      toAllFirst(new Input.RosterCommitted(rosterCommittedNanos));
    }
    announce(RosterChange.ROLE, output);
  }

  private void rosterMayHaveChanged(String role) {
    if (role.equals(RosterChange.ROLE)) {
      adopt(RosterCodec.known(memberRecord));
    }
  }

  private void adopt(Known adopted) {
    Roster before = known.roster();
    known = adopted;
    if (!before.equals(adopted.roster())) {
      rosterCommittedNanos = Step.NEVER;
      toAllFirst(new Input.RosterChanged(adopted.roster()));
      announce(RosterChange.ROLE, new Output.RosterInForce(adopted.roster()));
      rosterBook.changed(before, adopted.roster());
    }
  }

  /** To all machines, before anything else happens to any of them. */
  private void toAllFirst(Input input) {
    for (String role : slots.keySet()) {
      urgent.add(new Work(role, input));
    }
  }

  /** What the roster's keeper sees of this member. */
  private final class Desk implements RosterDesk {
    @Override
    public Life self() {
      return self;
    }

    @Override
    public TimeValues times() {
      return times;
    }

    @Override
    public long nanos() {
      return inTurn ? turnNanos : ports.nanos();
    }

    @Override
    public Known known() {
      return known;
    }

    @Override
    public void adopt(Known told) {
      MemberCore.this.adopt(told);
    }

    @Override
    public void seed(Roster roster) {
      memberRecord = memberRecord.withSeed(roster); // stored with the ballot that needs it
    }

    @Override
    public @Nullable RoleState state() {
      return MemberCore.this.state(RosterChange.ROLE);
    }

    @Override
    public Inventory inventory(long round) {
      SortedMap<String, Holding> holdings = new TreeMap<>();
      memberRecord.ballots().forEach((role, ballot) -> holdings.put(role, Holding.of(ballot)));
      boolean informed = true;
      for (Map.Entry<String, Slot> entry : slots.entrySet()) {
        if (entry.getValue().state.voting() instanceof Voting.Uninformed) {
          informed = false;
          holdings.remove(entry.getKey());
        }
      }
      return new Inventory(round, known.version(), informed, Message.Part.WHOLE, holdings);
    }

    @Override
    public void send(MemberId to, long toIncarnation, Message message) {
      Envelope envelope = envelope(RosterChange.ROLE, toIncarnation, message);
      if (to.equals(self.member())) {
        pending.add(new Work(RosterChange.ROLE, new Input.Received(envelope)));
      } else {
        put(to, envelope);
      }
    }

    @Override
    public void input(String role, Input input) {
      urgent.add(new Work(role, input)); // what was decided on a state is done on that state
    }

    @Override
    public void announce(Output output) {
      MemberCore.this.announce(RosterChange.ROLE, output);
    }
  }

  private void found(String role, Output.Found found) {
    MemberRecord changed = memberRecord.withBallot(role, found.ballot());
    Founding founding = found.ballot().founding();
    if (founding.directory()) {
      store(changed.withFounding(founding));
      inputAll(new Input.Founded(founding));
    } else {
      storeBallot(changed);
    }
  }

  private void storeBallot(MemberRecord changed) {
    boolean first = memberRecord.ballots().isEmpty();
    store(changed);
    if (first) {
      inputAll(new Input.DirectoryUsed());
    }
  }

  /** To be saved at the end of the turn. What was decided before need not wait for the disk. */
  private void store(MemberRecord changed) {
    if (!unsaved) {
      dispatch();
      unsaved = true;
    }
    memberRecord = changed;
  }

  private Envelope envelope(String role, long toIncarnation, Message message) {
    return new Envelope(role, self, toIncarnation, known.roster().stamp(), message);
  }

  private void save() {
    try {
      ports.save(memberRecord);
    } catch (IOException e) {
      dead = true;
      pending.clear();
      urgent.clear();
      held.clear();
      outgoing.clear();
      throw new StoreFailedException(
          "the durable state could not be written: " + e.getMessage(), e);
    }
  }
}
