package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaNode;
import io.understudy.ha.internal.election.Boot;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Machine;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.Settings;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.election.Voting;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The machines of one life, one for each role: the states they are in and when they want to be
 * woken. What their steps ask for is executed by {@link MemberCore}. One thread at a time.
 */
final class RoleMachines {
  /** With the roster's own. */
  static final int MAX_ROLES = HaNode.MAX_ROLES + 1;

  private static final Input.Tick TICK = new Input.Tick();

  private final Life self;
  private final TimeValues times;
  private final Machine machine;
  private final long startNanos;
  private final SortedMap<String, Slot> slots = new TreeMap<>();

  /** A role's machine state and when it wants to be woken. */
  final class Slot {
    private RoleState state;
    private long wakeAtNanos;

    private Slot(Step first) {
      state = first.next();
      wakeAtNanos = first.wakeAtNanos();
    }

    /** Takes an input in; the caller executes what the step asks for. */
    Step step(Input input, long nowNanos) {
      Step step = machine.step(state, input, nowNanos);
      state = step.next();
      wakeAtNanos = step.wakeAtNanos();
      return step;
    }

    RoleState state() {
      return state;
    }
  }

  /**
   * None yet.
   *
   * @param self the life
   * @param times its time values
   * @param machine the rules
   * @param startNanos when the life began
   */
  RoleMachines(Life self, TimeValues times, Machine machine, long startNanos) {
    this.self = self;
    this.times = times;
    this.machine = machine;
    this.startNanos = startNanos;
  }

  Life self() {
    return self;
  }

  TimeValues times() {
    return times;
  }

  /** No further role is taken in. */
  boolean isFull() {
    return slots.size() >= MAX_ROLES;
  }

  /** The machine of a role, or null if there is none. */
  @Nullable Slot get(String role) {
    return slots.get(role);
  }

  /** The state of a role's machine, or null if there is none. */
  @Nullable RoleState state(String role) {
    Slot slot = slots.get(role);
    return slot == null ? null : slot.state;
  }

  /**
   * Makes the machine of a role that has none.
   *
   * @param role the role
   * @param roster in force now
   * @param boot what is on disk of it
   * @param longestPromiseNanos the longest promise that this member can have given before
   * @param nowNanos now
   * @return its first step, which the caller executes
   */
  Step open(String role, Roster roster, Boot boot, long longestPromiseNanos, long nowNanos) {
    long waitNanos = Math.max(longestPromiseNanos, times.promiseNanos());
    Settings settings = new Settings(role, self, roster, times, startNanos, waitNanos);
    Step first = machine.start(settings, boot, nowNanos);
    slots.put(role, new Slot(first));
    return first;
  }

  /** The roles that have a machine, in the order of their names. */
  Iterable<String> roles() {
    return slots.keySet();
  }

  /** Puts a tick on the agenda for each machine whose time has come. */
  void tick(long nowNanos, Agenda agenda) {
    for (Map.Entry<String, Slot> entry : slots.entrySet()) {
      long wakeAtNanos = entry.getValue().wakeAtNanos;
      if (wakeAtNanos != Step.NEVER && nowNanos - wakeAtNanos >= 0) {
        agenda.add(entry.getKey(), TICK);
      }
    }
  }

  /** When the first of them wants to be woken; {@link Step#NEVER} if none does. */
  long wakeAtNanos() {
    long earliest = Step.NEVER;
    for (Slot slot : slots.values()) {
      if (slot.wakeAtNanos != Step.NEVER
          && (earliest == Step.NEVER || slot.wakeAtNanos - earliest < 0)) {
        earliest = slot.wakeAtNanos;
      }
    }
    return earliest;
  }

  /** Whether a machine counts the peer in a cluster of two as fenced. */
  boolean isAlone() {
    return slots.values().stream().anyMatch(slot -> slot.state.pair().fenced() != null);
  }

  /** Whether a role's machine does not know yet what its member once promised in it. */
  boolean isUninformed(String role) {
    Slot slot = slots.get(role);
    return slot != null && slot.state.voting() instanceof Voting.Uninformed;
  }
}
