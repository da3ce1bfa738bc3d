package io.understudy.ha;

import io.understudy.ha.spi.FenceHook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How a member that cannot be reached is cut off: levels that are tried in order. Immutable.
 *
 * <pre>{@code
 * FencePlan.first(FencePlan.Call.to(ipmi).within(Duration.ofSeconds(20)).attempts(2, Duration.ofSeconds(1)))
 *     .otherwise(FencePlan.Call.to(leftSupply), FencePlan.Call.to(rightSupply))
 * }</pre>
 *
 * <p>The hooks of a level are called one after the other, each until it confirms or its attempts
 * are used up. If all confirm, the level has confirmed, and nothing more is called. If one does
 * not, the rest of its level is left out and the next level is tried; when there is none, the fence
 * is asked for again later, from the first level on. Between two attempts the plan ends early if
 * the fence is no longer wanted.
 *
 * <p>A confirmed level means what the strongest of its hooks means: {@link
 * FenceHook.Scope#MACHINE}, then {@code PROCESS}, then {@code RESOURCE}. Hooks that switch a
 * machine off only together, such as its two power supplies, are each declared with that scope, and
 * stand in one level and nowhere else. {@code PROCESS} and {@code RESOURCE} in one level are no
 * {@code MACHINE}: what has outlived the process may have more than that resource.
 *
 * <p>A level of scope {@code RESOURCE} lets a role begin that demands a fence, never shortens a
 * promise, and hides the levels after it once it confirms. So two members without a third vote need
 * a plan in which every level ends processes.
 *
 * <p>Never are two calls for one target under way. A hook that does not return although it was
 * interrupted holds up its plan, and no level after it is tried before it returns: events and
 * {@link HaNode#fenceHistory()} say so.
 *
 * @param levels in the order in which they are tried; 1 to {@value #MAX_LEVELS}
 */
public record FencePlan(List<Level> levels) {
  /** How many levels a plan can have, and how many hooks a level. */
  static final int MAX_LEVELS = 9;

  private static final int MAX_ATTEMPTS = 10;
  private static final Duration MIN_LIMIT = Duration.ofMillis(100);
  private static final Duration MAX_LIMIT = Duration.ofMinutes(10);
  private static final Duration MAX_PAUSE = Duration.ofMinutes(1);
  private static final Duration MAX_WHOLE = Duration.ofHours(1);

  /**
   * Hooks that must all confirm.
   *
   * @param calls in the order in which they are called; 1 to {@value #MAX_LEVELS}
   */
  public record Level(List<Call> calls) {
    /** Copies. */
    public Level {
      calls = List.copyOf(calls);
    }

    /**
     * What it means if this level confirms.
     *
     * @return the strongest scope of its hooks: {@code MACHINE}, {@code PROCESS}, {@code RESOURCE}
     */
    public FenceHook.Scope scope() {
      Set<FenceHook.Scope> confirmed =
          calls.stream().map(call -> call.hook().scope()).collect(Collectors.toSet());
      if (confirmed.contains(FenceHook.Scope.MACHINE)) {
        return FenceHook.Scope.MACHINE;
      }
      return confirmed.contains(FenceHook.Scope.PROCESS)
          ? FenceHook.Scope.PROCESS
          : FenceHook.Scope.RESOURCE;
    }
  }

  /**
   * A hook, and how often and for how long it is called.
   *
   * @param hook cuts the target off
   * @param name what events and status call it
   * @param limit how long one attempt may take, 100 ms to 10 min; then it is interrupted
   * @param attempts how often it is called until it confirms, 1 to {@value #MAX_ATTEMPTS}
   * @param pause between two attempts, at most 1 min
   */
  public record Call(FenceHook hook, String name, Duration limit, int attempts, Duration pause) {
    private static final Duration DEFAULT_LIMIT = Duration.ofSeconds(30);

    /** Checks. */
    public Call {
      Objects.requireNonNull(hook, "hook");
      Objects.requireNonNull(limit, "limit");
      Objects.requireNonNull(pause, "pause");
      name = name.isBlank() ? hook.getClass().getName() : name;
    }

    /**
     * One attempt of at most 30 s.
     *
     * @param hook cuts the target off
     * @return the call
     */
    public static Call to(FenceHook hook) {
      return new Call(hook, hook.name(), DEFAULT_LIMIT, 1, Duration.ZERO);
    }

    /**
     * With another limit.
     *
     * @param each how long one attempt may take, 100 ms to 10 min
     * @return a changed copy
     */
    public Call within(Duration each) {
      return new Call(hook, name, each, attempts, pause);
    }

    /**
     * With more attempts.
     *
     * @param count how often it is called until it confirms, 1 to {@value #MAX_ATTEMPTS}
     * @param between the pause between two attempts, at most 1 min
     * @return a changed copy
     */
    public Call attempts(int count, Duration between) {
      return new Call(hook, name, limit, count, between);
    }

    private Duration longest() {
      return limit.multipliedBy(attempts).plus(pause.multipliedBy(attempts - 1L));
    }

    private void addFaults(String where, List<String> faults) {
      String subject = "fence limit" + where;
      require(limit, MIN_LIMIT, MAX_LIMIT, subject, faults);
      require(pause, Duration.ZERO, MAX_PAUSE, "fence pause" + where, faults);
      if (attempts < 1 || attempts > MAX_ATTEMPTS) {
        faults.add(
            "fence attempts"
                + where
                + " are "
                + attempts
                + "; 1 to "
                + MAX_ATTEMPTS
                + " are possible");
      }
    }

    private static void require(
        Duration value, Duration least, Duration most, String subject, List<String> faults) {
      if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
        faults.add(
            subject
                + " is "
                + value.toMillis()
                + " ms; "
                + least.toMillis()
                + " ms to "
                + most.toMinutes()
                + " min are possible");
      }
    }
  }

  /** Copies. */
  public FencePlan {
    levels = List.copyOf(levels);
  }

  /**
   * A plan of one level.
   *
   * @param calls its hooks, all of which must confirm
   * @return the plan
   */
  public static FencePlan first(Call... calls) {
    return new FencePlan(List.of(new Level(Arrays.asList(calls))));
  }

  /**
   * With a further level, tried if those before it do not confirm.
   *
   * @param calls its hooks, all of which must confirm
   * @return a changed copy
   */
  public FencePlan otherwise(Call... calls) {
    List<Level> more = new ArrayList<>(levels);
    more.add(new Level(Arrays.asList(calls)));
    return new FencePlan(more);
  }

  /**
   * Whether a confirmation always means that the target's process has ended: every level has the
   * scope {@code MACHINE} or {@code PROCESS}.
   *
   * @return true if it can take the place of a third vote
   */
  public boolean endsProcesses() {
    return !levels.isEmpty() && levels.stream().allMatch(level -> level.scope().endsProcesses());
  }

  /**
   * How long the plan takes at most, if its hooks heed their limits. One that does not is
   * interrupted a second after its limit.
   *
   * @return the sum of all limits and pauses
   */
  public Duration longest() {
    return levels.stream()
        .flatMap(level -> level.calls().stream())
        .map(Call::longest)
        .reduce(Duration.ZERO, Duration::plus);
  }

  /** What is wrong with it, a sentence each. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    if (levels.isEmpty() || levels.size() > MAX_LEVELS) {
      faults.add("fence has " + levels.size() + " levels; 1 to " + MAX_LEVELS + " are possible");
    }
    boolean single = levels.size() == 1 && levels.get(0).calls().size() == 1;
    for (int i = 0; i < levels.size(); i++) {
      List<Call> calls = levels.get(i).calls();
      String level = "level " + (i + 1);
      if (calls.isEmpty() || calls.size() > MAX_LEVELS) {
        faults.add(
            "fence "
                + level
                + " has "
                + calls.size()
                + " hooks; 1 to "
                + MAX_LEVELS
                + " are possible");
      }
      calls.forEach(
          call -> call.addFaults(single ? "" : " of " + call.name() + " in " + level, faults));
    }
    if (faults.isEmpty() && longest().compareTo(MAX_WHOLE) > 0) {
      faults.add(
          "fence may take "
              + longest().toMinutes()
              + " min with all its levels and attempts; "
              + MAX_WHOLE.toMinutes()
              + " min at most are possible");
    }
    return faults;
  }
}
