package io.understudy.ha.internal.runtime;

import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Boot;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Machine;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Settings;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.internal.election.TimeValues;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One life of a member's election: a machine for each role, and the order in which their outputs
 * are executed. The same object runs in production and in the simulator. One thread at a time.
 *
 * <p>If the record cannot be saved the core throws {@link StoreFailedException} and is dead: every
 * further call throws too. What it promised in memory is forgotten like after a crash, so its owner
 * closes the gates and starts another life.
 */
public final class MemberCore {
  /** More roles than any sane cluster has; a limit against a member gone mad. */
  static final int MAX_ROLES = 1024;

  private final Life self;
  private final TimeValues times;
  private final Machine machine;
  private final Ports ports;
  private final long startNanos;
  private final boolean directoryWasEmpty;
  private final SortedMap<String, Slot> slots = new TreeMap<>();
  private final Queue<Runnable> pending = new ArrayDeque<>();
  private MemberRecord memberRecord;
  private Input.PeersSeen peers = new Input.PeersSeen(java.util.Set.of());
  private boolean draining;
  private boolean dead;

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
    this.self = self;
    this.times = times;
    this.machine = machine;
    this.ports = ports;
    this.startNanos = ports.nanos();
    this.directoryWasEmpty = stored.ballots().isEmpty() && !stored.founding().directory();
    this.memberRecord = stored;
    ensureLongestPromise();
  }

  /** Before the first promise of a new length can be given, its length is on disk. */
  private void ensureLongestPromise() {
    if (times.promiseNanos() > memberRecord.longestPromiseNanos() && !directoryWasEmpty) {
      save(memberRecord.withLongestPromise(times.promiseNanos()));
    } else if (directoryWasEmpty) {
      // Written together with the first ballot: an empty directory must stay empty until then.
      memberRecord = memberRecord.withLongestPromise(times.promiseNanos());
    }
  }

  /** An authentic message arrived. */
  public void receive(Envelope envelope) {
    input(envelope.role(), new Input.Received(envelope));
  }

  /** Something happened to one role; its machine is made if there is none yet. */
  public void input(String role, Input input) {
    enqueue(() -> step(role, input));
  }

  /** Something happened to all roles. */
  public void inputAll(Input input) {
    if (input instanceof Input.PeersSeen seen) {
      peers = seen;
    }
    for (String role : slots.keySet()) {
      input(role, input);
    }
  }

  /** Wakes the machines whose time has come. */
  public void tick() {
    long now = ports.nanos();
    for (Map.Entry<String, Slot> entry : slots.entrySet()) {
      Slot slot = entry.getValue();
      if (slot.wakeAtNanos != Step.NEVER && now - slot.wakeAtNanos >= 0) {
        input(entry.getKey(), new Input.Tick());
      }
    }
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
    return earliest;
  }

  /** The state of a role's machine, or null if there is none. */
  public @Nullable RoleState state(String role) {
    Slot slot = slots.get(role);
    return slot == null ? null : slot.state;
  }

  /** This life. */
  public Life self() {
    return self;
  }

  /** What is on disk. */
  public MemberRecord memberRecord() {
    return memberRecord;
  }

  /** Runs in arrival order, also what arrives while outputs are executed. */
  private void enqueue(Runnable work) {
    if (dead) {
      throw new StoreFailedException(
          "this life has ended because its state could not be stored", null);
    }
    pending.add(work);
    if (draining) {
      return;
    }
    draining = true;
    try {
      for (Runnable next = pending.poll(); next != null; next = pending.poll()) {
        next.run();
      }
    } finally {
      draining = false;
    }
  }

  private void step(String role, Input input) {
    Slot slot = slots.get(role);
    if (slot == null) {
      if (slots.size() >= MAX_ROLES) {
        return;
      }
      slot = open(role);
    }
    Step step = machine.step(slot.state, input, ports.nanos());
    slot.state = step.next();
    slot.wakeAtNanos = step.wakeAtNanos();
    execute(role, step);
  }

  private Slot open(String role) {
    long waitNanos = Math.max(memberRecord.longestPromiseNanos(), times.promiseNanos());
    Settings settings =
        new Settings(role, self, memberRecord.roster(), times, startNanos, waitNanos);
    Step first = machine.start(settings, boot(role), ports.nanos());
    Slot slot = new Slot(first);
    slots.put(role, slot);
    execute(role, first);
    Step seen = machine.step(slot.state, peers, ports.nanos());
    slot.state = seen.next();
    slot.wakeAtNanos = seen.wakeAtNanos();
    execute(role, seen);
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
        saveBallot(memberRecord.withBallot(role, store.ballot()));
      } else if (output instanceof Output.Found found) {
        found(role, found);
      } else if (output instanceof Output.Send send) {
        ports.send(send.to(), envelope(role, send));
      } else {
        ports.announce(role, output);
      }
    }
  }

  private void found(String role, Output.Found found) {
    MemberRecord changed = memberRecord.withBallot(role, found.ballot());
    Founding founding = found.ballot().founding();
    if (founding.directory()) {
      save(changed.withFounding(founding));
      inputAll(new Input.Founded(founding));
    } else {
      saveBallot(changed);
    }
  }

  private void saveBallot(MemberRecord changed) {
    boolean first = memberRecord.ballots().isEmpty();
    save(changed);
    if (first) {
      inputAll(new Input.DirectoryUsed());
    }
  }

  private Envelope envelope(String role, Output.Send send) {
    return new Envelope(
        role, self, send.toIncarnation(), memberRecord.roster().version(), send.message());
  }

  private void save(MemberRecord changed) {
    try {
      ports.save(changed);
      memberRecord = changed;
    } catch (IOException e) {
      dead = true;
      pending.clear();
      throw new StoreFailedException("the durable state could not be written: " + e, e);
    }
  }
}
