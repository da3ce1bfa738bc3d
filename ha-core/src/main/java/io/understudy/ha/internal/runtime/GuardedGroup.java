package io.understudy.ha.internal.runtime;

import io.understudy.ha.RoleSpec;
import io.understudy.ha.StopCommand;
import io.understudy.ha.internal.group.GroupState;
import io.understudy.ha.internal.group.GroupStep;
import io.understudy.ha.internal.guardian.Duty;
import io.understudy.ha.internal.guardian.StopOrder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What the guardian must know of one group: the newest, for whoever sends it. The election thread
 * writes a volatile field and goes on.
 */
final class GuardedGroup implements GroupWatch {
  /** The process ends itself first, and speaks; see {@link DeadlineGuard}. */
  static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** The JVM heeds them, so the guardian must not inherit them; but its commands do. */
  static final List<String> JAVA_VARIABLES =
      List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private final GuardianLink link;
  private final Runnable eligibilityChanged;
  private final List<String> names;
  private final Map<String, StopCommand> commands;
  private int mayWork;
  private long epoch;
  private volatile News latest;

  /**
   * What the guardian must know.
   *
   * @param spell how often the group has begun to have a deadline: what the guardian was told in an
   *     earlier spell may have been lifted since, and the word of that be under way
   * @param duty what it is told
   */
  record News(long spell, Duty duty) {
    /** Whether who knows this watches what is at work, though perhaps with an earlier deadline. */
    boolean covers(News newer) {
      return spell == newer.spell
          && duty.deadlineNanos() != Duty.NEVER
          && duty.orders().equals(newer.duty.orders());
    }
  }

  /**
   * Nothing is at work.
   *
   * @throws IllegalArgumentException if a resource outlives the process and names no stop command
   */
  GuardedGroup(GuardianLink link, RoleSpec spec, Runnable eligibilityChanged) {
    this.link = link;
    this.eligibilityChanged = eligibilityChanged;
    this.names = spec.group().entries().stream().map(entry -> entry.name()).toList();
    this.commands = spec.group().stopCommands();
    long stopLimitNanos = spec.group().stopTimeout().toNanos();
    this.latest = new News(0, new Duty(spec.name(), Duty.NEVER, stopLimitNanos, List.of()));
  }

  @Override
  public void changed(GroupState state, long haltAtNanos) {
    Duty before = latest.duty();
    int now = state.active();
    if (state.stray() != null) {
      now = Math.max(now, state.stray().resource() + 1);
    }
    List<StopOrder> orders = before.orders();
    boolean begins = before.deadlineNanos() == Duty.NEVER || state.epoch() != epoch;
    if (now != mayWork || state.epoch() != epoch) {
      mayWork = now;
      epoch = state.epoch();
      orders = orders(before.role());
    }
    long deadline = haltAtNanos == GroupStep.NEVER ? Duty.NEVER : haltAtNanos + GRACE_NANOS;
    Duty after = new Duty(before.role(), deadline, before.stopLimitNanos(), orders);
    if (!after.equals(before)) {
      latest = new News(latest.spell() + (begins ? 1 : 0), after);
      link.wake();
    }
    if (after.isEmpty() != before.isEmpty() && !link.warning().isEmpty()) {
      link.later(this::eligibilityChanged); // what is at work may go on, what rests may not begin
    }
  }

  private List<StopOrder> orders(String role) {
    List<StopOrder> orders = new ArrayList<>();
    for (String name : names.subList(0, mayWork)) {
      StopCommand command = commands.get(name);
      if (command != null) {
        orders.add(new StopOrder(name, command.words(), environment(role, command)));
      }
    }
    return orders;
  }

  private Map<String, String> environment(String role, StopCommand command) {
    Map<String, String> variables = new TreeMap<>();
    for (String variable : JAVA_VARIABLES) {
      String value = System.getenv(variable);
      if (value != null) {
        variables.put(variable, value);
      }
    }
    variables.putAll(command.environment());
    variables.put("HA_ROLE", role);
    variables.put("HA_EPOCH", Long.toString(epoch));
    return variables;
  }

  @Override
  public void awaitReady() throws IOException, InterruptedException {
    link.awaitSent(this, outlives());
  }

  @Override
  public String objection() {
    return outlives() && latest().isEmpty() ? link.warning() : "";
  }

  private boolean outlives() {
    return !commands.isEmpty();
  }

  Duty latest() {
    return latest.duty();
  }

  News news() {
    return latest;
  }

  /** Whether there is a guardian has changed, or what that means here. Election thread. */
  void eligibilityChanged() {
    if (outlives()) {
      eligibilityChanged.run();
    }
  }
}
