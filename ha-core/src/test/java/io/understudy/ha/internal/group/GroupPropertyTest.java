package io.understudy.ha.internal.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * A group against resources that hang, fail and ignore interruptions, under leaderships that come
 * and go. What really is at work is judged, not what the machine believes: a start takes effect at
 * some moment of its call, a stop at the end of one that succeeds.
 */
class GroupPropertyTest {
  private static final long SECOND = 1_000_000_000L;

  @Property(tries = 3_000)
  void keepsItsPromises(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int size) {
    Run run = new Run(seed, size);
    for (int i = 0; i < 150 && !run.state.halted(); i++) {
      run.happen();
    }
    run.calm();
  }

  /**
   * A start is left to itself in maintenance and all above it is cleaned up; then maintenance ends.
   * The group waits for that start or for the deadline, and does not look all the time.
   */
  @Example
  void waitsForAStartThatWasLeftToItself() {
    keepsItsPromises(1248, 3);
  }

  private static final class Run {
    private final Random random;
    private final GroupMachine machine = new GroupMachine();
    private final int size;
    private final boolean[] works;
    private final Map<Long, GroupOutput.Call> underWay = new HashMap<>();
    private final TreeSet<Long> interrupted = new TreeSet<>();
    private final TreeSet<Long> strays = new TreeSet<>();
    private GroupState state;
    private long now;
    private long wakeAt;
    private long epoch;
    private long leads;
    private long stopBy = GroupStep.NEVER;

    Run(long seed, int size) {
      this.random = new Random(seed);
      this.size = size;
      this.works = new boolean[size];
      this.now = random.nextLong();
      List<String> names = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        names.add("r" + i);
      }
      GroupSettings settings =
          new GroupSettings(
              names, SECOND, SECOND, 2 * SECOND, 4 * SECOND, random.nextInt(3), 20 * SECOND);
      boolean unknown = random.nextInt(4) == 0;
      if (unknown) {
        for (int i = 0; i < size; i++) {
          works[i] = random.nextBoolean();
        }
      }
      state = unknown ? GroupState.unknown(settings, now) : GroupState.stopped(settings, now);
      give(new GroupInput.Tick());
    }

    void happen() {
      switch (random.nextInt(12)) {
        case 0 -> lead();
        case 1 -> lose(now - random.nextLong(3 * SECOND));
        case 2 -> give(random.nextBoolean() ? new GroupInput.Yield() : new GroupInput.Tick());
        case 3 -> give(new GroupInput.Maintenance(random.nextInt(4) == 0));
        case 4 -> give(new GroupInput.ResetFailures());
        case 5, 6, 7 -> answer(random.nextInt(3) > 0);
        default -> passTime();
      }
    }

    private void lead() {
      if (leads == 0) {
        leads = ++epoch;
        give(new GroupInput.Led(leads));
      }
    }

    private void lose(long endedNanos) {
      if (leads != 0) {
        leads = 0;
        give(new GroupInput.Lost(endedNanos));
        if (state.isActive()) {
          stopBy = endedNanos + state.settings().stopLimitNanos();
        }
      }
    }

    private void passTime() {
      long most = now + 1 + random.nextLong(SECOND);
      now = wakeAt == GroupStep.NEVER || most - wakeAt < 0 ? most : Math.max(now, wakeAt);
      give(new GroupInput.Tick());
    }

    /** Some call returns, and be it one that nobody waits for. */
    private void answer(boolean well) {
      if (underWay.isEmpty()) {
        return;
      }
      List<Long> calls = new ArrayList<>(underWay.keySet());
      long number = calls.get(random.nextInt(calls.size()));
      GroupOutput.Call call = underWay.remove(number);
      strays.remove(number);
      if (call.operation() == Operation.START) {
        works[call.resource()] = well || random.nextBoolean();
      } else if (call.operation() == Operation.STOP && well) {
        works[call.resource()] = false;
      }
      give(well ? new GroupInput.Done(number) : new GroupInput.Failed(number, "no"));
    }

    private void give(GroupInput input) {
      GroupStep step = machine.step(state, input, now);
      state = step.next();
      wakeAt = step.wakeAtNanos();
      step.outputs().forEach(this::judge);
      boolean inTime = stopBy == GroupStep.NEVER || now - stopBy < 0;
      assertTrue(state.halted() || inTime, "the time to stop has passed");
      assertTrue(strays.size() <= 3, "threads pile up: " + strays);
      boolean onlyStrays = strays.size() == underWay.size();
      boolean waitsForStrays = onlyStrays && (strays.size() == 3 || state.maintenance());
      boolean mustWake = state.isActive() && !state.halted() && !waitsForStrays;
      assertTrue(!mustWake || wakeAt != GroupStep.NEVER, "nothing would ever happen: " + state);
      assertTrue(!mustWake || wakeAt - now > 0, "would spin: " + state);
    }

    private void judge(GroupOutput output) {
      if (output instanceof GroupOutput.Call call) {
        judgeCall(call);
        underWay.put(call.call(), call);
      } else if (output instanceof GroupOutput.Interrupt interrupt) {
        assertTrue(interrupted.add(interrupt.call()), "interrupted twice");
      } else if (output instanceof GroupOutput.Abandon abandon) {
        assertTrue(interrupted.contains(abandon.call()), "left alone without a warning");
        strays.add(abandon.call());
      } else if (output instanceof GroupOutput.Stopped) {
        stopBy = GroupStep.NEVER;
        for (boolean one : works) {
          assertFalse(one, "said to be stopped");
        }
        assertTrue(
            underWay.values().stream().noneMatch(c -> c.operation() == Operation.START),
            "a start may still succeed");
      } else if (output instanceof GroupOutput.Eligible eligible && !eligible.eligible()) {
        assertTrue(leads == 0 || !state.isActive(), "it would resign before it has stopped");
      }
    }

    private void judgeCall(GroupOutput.Call call) {
      assertEquals(strays, new TreeSet<>(underWay.keySet()), "one call at a time");
      int resource = call.resource();
      if (call.operation() == Operation.START) {
        assertEquals(leads, call.epoch());
        assertTrue(leads != 0, "started without a leadership");
        for (int i = 0; i < size; i++) {
          assertEquals(i < resource, works[i], "r" + i + " when r" + resource + " starts");
        }
      } else if (call.operation() == Operation.STOP) {
        for (int i = resource + 1; i < size; i++) {
          assertFalse(works[i], "r" + i + " stands on r" + resource);
        }
      } else {
        assertEquals(leads, call.epoch());
      }
    }

    /** When everything answers well, a group that leads works and one that does not is stopped. */
    void calm() {
      give(new GroupInput.Maintenance(false));
      give(new GroupInput.ResetFailures());
      lose(now);
      for (int i = 0; i < 200 && state.isActive() && !state.halted(); i++) {
        if (underWay.isEmpty()) {
          passTime();
        } else {
          answer(true);
        }
      }
      if (!state.halted()) {
        assertFalse(state.isActive(), "does not come to rest: " + state);
        lead();
        for (int i = 0; i < 2 * size; i++) {
          answer(true);
        }
        assertEquals(size, state.active());
        assertEquals(new Aim.Run(), state.aim());
      }
    }
  }
}
