package io.understudy.jdbc.internal.routing;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where a director stands. Immutable. It begins anew with each leadership; all that must outlive
 * one is in the assignment.
 *
 * @param assignment the newest committed one
 * @param progress what was done for its generation
 * @param masters what is known of each, in order of preference
 * @param running the action under way
 * @param holdUntilNanos no new action before this, after a failure
 * @param trouble what hinders the director; empty if nothing
 * @param switchover the last planned change that was asked for under this director
 * @param outlook what others see of the masters
 */
public record DirectorState(
    Assignment assignment,
    Progress progress,
    Map<String, MasterView> masters,
    Optional<Action> running,
    OptionalLong holdUntilNanos,
    String trouble,
    Optional<Switchover> switchover,
    Outlook outlook) {

  /**
   * What others see of the masters.
   *
   * @param sightings what they say
   * @param blindSinceNanos since when one of them sees more than this director; empty if none does
   * @param refusing who would not take the role when it was offered last
   */
  public record Outlook(Sightings sightings, OptionalLong blindSinceNanos, Set<String> refusing) {
    static final Outlook NONE = new Outlook(Sightings.NONE, OptionalLong.empty(), Set.of());

    /** Copies. */
    public Outlook {
      refusing = Set.copyOf(refusing);
    }
  }

  /**
   * What this director did for the present generation.
   *
   * @param settled nobody acts on an older generation
   * @param caughtUp the candidate applied what it had to
   * @param opened the candidate accepts writes
   * @param setback why a planned change cannot go on; empty if it can
   * @param sinceNanos when it began to; empty before its first input
   * @param unfenced who was told to refuse writes and could not, because its commits wait for space
   * @param stay how long the writer has been there, and stays
   */
  public record Progress(
      boolean settled,
      boolean caughtUp,
      boolean opened,
      String setback,
      OptionalLong sinceNanos,
      Set<String> unfenced,
      Stay stay) {
    static final Progress NONE =
        new Progress(false, false, false, "", OptionalLong.empty(), Set.of(), Stay.NONE);

    /** Copies. */
    public Progress {
      unfenced = Set.copyOf(unfenced);
    }

    Progress withSettled() {
      return new Progress(true, caughtUp, opened, setback, sinceNanos, unfenced, stay);
    }

    Progress withCaughtUp() {
      return new Progress(settled, true, opened, setback, sinceNanos, unfenced, stay);
    }

    Progress withOpened() {
      return new Progress(settled, caughtUp, true, setback, sinceNanos, unfenced, stay);
    }

    Progress withSetback(String why) {
      return new Progress(settled, caughtUp, opened, why, sinceNanos, unfenced, stay);
    }

    Progress begun(long nowNanos) {
      return sinceNanos.isPresent()
          ? this
          : new Progress(
              settled, caughtUp, opened, setback, OptionalLong.of(nowNanos), unfenced, stay);
    }

    Progress withUnfenced(String name) {
      Set<String> more = new HashSet<>(unfenced);
      more.add(name);
      return new Progress(settled, caughtUp, opened, setback, sinceNanos, more, stay);
    }

    Progress withStay(Stay newStay) {
      return new Progress(settled, caughtUp, opened, setback, sinceNanos, unfenced, newStay);
    }

    /** How long the generation has lasted. */
    long ageNanos(long nowNanos) {
      long here = sinceNanos.isPresent() ? nowNanos - sinceNanos.getAsLong() : 0;
      return stay.earlierNanos() + here;
    }

    /** Whether more time has passed. */
    boolean isOlderThan(long nanos, long nowNanos) {
      return sinceNanos.isPresent() && nowNanos - sinceNanos.getAsLong() > nanos;
    }
  }

  /**
   * How long a writer has been there, and stays although it is lost.
   *
   * @param earlierNanos how long the generation had lasted when this director began; by the wall
   *     clocks of two members, so it may be wrong, and decides of nothing but a delay
   * @param released somebody ordered the change, so that it is not put off any more
   * @param heldUntilNanos until when a failover is put off; empty if none is
   */
  public record Stay(long earlierNanos, boolean released, OptionalLong heldUntilNanos) {
    static final Stay NONE = new Stay(0, false, OptionalLong.empty());

    Stay withReleased() {
      return new Stay(earlierNanos, true, heldUntilNanos);
    }

    Stay withHeldUntil(OptionalLong untilNanos) {
      return new Stay(earlierNanos, released, untilNanos);
    }
  }

  /**
   * The same of a director that finds the assignment there already.
   *
   * @param nanos how long its generation has lasted; negative counts as zero
   * @return the changed state
   */
  public DirectorState aged(long nanos) {
    return withProgress(
        progress.withStay(new Stay(Math.max(0, nanos), false, OptionalLong.empty())));
  }

  /**
   * The state of a new director.
   *
   * @param names the masters in order of preference
   * @param assignment the committed assignment it starts from
   * @return the state
   */
  public static DirectorState initial(List<String> names, Assignment assignment) {
    Map<String, MasterView> masters = new LinkedHashMap<>();
    names.forEach(name -> masters.put(name, MasterView.unseen(name)));
    return new DirectorState(
        assignment,
        Progress.NONE,
        masters,
        Optional.empty(),
        OptionalLong.empty(),
        "",
        Optional.empty(),
        Outlook.NONE);
  }

  @Nullable MasterView find(String name) {
    return masters.get(name);
  }

  DirectorState withMaster(String name, UnaryOperator<MasterView> change) {
    Map<String, MasterView> changed = new LinkedHashMap<>(masters);
    changed.computeIfPresent(name, (key, view) -> change.apply(view));
    return new DirectorState(
        assignment, progress, changed, running, holdUntilNanos, trouble, switchover, outlook);
  }

  DirectorState withProgress(Progress newProgress) {
    return new DirectorState(
        assignment, newProgress, masters, running, holdUntilNanos, trouble, switchover, outlook);
  }

  DirectorState withAssignment(Assignment committed) {
    boolean same = committed.generation() == assignment.generation();
    return new DirectorState(
        committed,
        same ? progress.withSetback("") : Progress.NONE,
        masters,
        running,
        holdUntilNanos,
        trouble,
        switchover,
        outlook);
  }

  DirectorState idle(OptionalLong newHoldUntilNanos, String newTrouble) {
    return new DirectorState(
        assignment,
        progress,
        masters,
        Optional.empty(),
        newHoldUntilNanos,
        newTrouble,
        switchover,
        outlook);
  }

  DirectorState doing(Optional<Action> action, String newTrouble) {
    return new DirectorState(
        assignment,
        progress,
        masters,
        action,
        OptionalLong.empty(),
        newTrouble,
        switchover,
        outlook);
  }

  /** Whether it waits for connections to come back, which it may give up for something else. */
  boolean isDraining() {
    return running.map(Action.Drain.class::isInstance).orElse(false);
  }

  DirectorState withSwitchover(Optional<Switchover> changed) {
    return new DirectorState(
        assignment, progress, masters, running, holdUntilNanos, trouble, changed, outlook);
  }

  DirectorState withSightings(Sightings sightings) {
    return withOutlook(new Outlook(sightings, outlook.blindSinceNanos(), outlook.refusing()));
  }

  /** Nobody refuses any more once nobody sees more. */
  DirectorState withBlindSince(OptionalLong sinceNanos, Set<String> refusing) {
    return withOutlook(
        new Outlook(outlook.sightings(), sinceNanos, sinceNanos.isPresent() ? refusing : Set.of()));
  }

  private DirectorState withOutlook(Outlook changed) {
    return new DirectorState(
        assignment, progress, masters, running, holdUntilNanos, trouble, switchover, changed);
  }
}
