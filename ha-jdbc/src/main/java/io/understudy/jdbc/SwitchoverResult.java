package io.understudy.jdbc;

import java.time.Duration;
import java.util.List;

/**
 * What became of a planned change of writer. Immutable.
 *
 * @param from who was the writer
 * @param to who was to be
 * @param outcome what came of it
 * @param reason why, if the writer is not the one that was asked for; for people
 * @param generation the assignment's generation at the end, or now
 * @param steps what was done, in order; steps come again if it went back
 * @param director the member that directed it, or was asked to if the outcome is {@link
 *     Outcome#UNKNOWN}
 */
public record SwitchoverResult(
    String from,
    String to,
    Outcome outcome,
    String reason,
    long generation,
    List<StepTime> steps,
    String director) {
  /** Copies. */
  public SwitchoverResult {
    steps = List.copyOf(steps);
  }

  /** What came of it. */
  public enum Outcome {
    /** It is under way; in a status alone. */
    UNDER_WAY,
    /** The writer is the one that was asked for. */
    SWITCHED,
    /** The writer is the one that it was. */
    ROLLED_BACK,
    /**
     * A master was lost meanwhile, and the director goes on as after any loss: it fails over, or
     * nobody writes until what the reason names is mended.
     */
    OVERTAKEN,
    /** Who directed it directs no longer. The next director finishes it, or rolls it back. */
    LEFT_TO_SUCCESSOR,
    /**
     * This JVM asked the director, and has no answer: it was lost, or is silent. The change may
     * have been made, may be made yet, or not. Nobody asks for it again: look at the status first.
     */
    UNKNOWN
  }

  /** What is done for it, step by step. */
  public enum Step {
    /** Borrowers are held. */
    HELD,
    /** All connections are returned, or the drain time-out is over. */
    DRAINED,
    /** The writer is withdrawn: what is still borrowed is aborted. */
    WITHDRAWN,
    /** No JVM can use the old writer any more. */
    SETTLED,
    /** The old writer refuses writes; verified. */
    FENCED,
    /** The new writer has applied all that the old one has. */
    CAUGHT_UP,
    /** The new writer accepts writes; verified. */
    OPENED,
    /** The new writer is agreed, and borrowers get connections to it. */
    RELEASED
  }

  /**
   * A step that was done.
   *
   * @param step which
   * @param after how long after it was asked for
   */
  public record StepTime(Step step, Duration after) {}

  /**
   * Whether the writer is the one that was asked for.
   *
   * @return true for {@link Outcome#SWITCHED}
   */
  public boolean isSwitched() {
    return outcome == Outcome.SWITCHED;
  }

  /**
   * How long borrowers were held, as the director saw it.
   *
   * @return from the first step to the last one; zero if nobody was held
   */
  public Duration held() {
    return steps.isEmpty()
        ? Duration.ZERO
        : steps.get(steps.size() - 1).after().minus(steps.get(0).after());
  }
}
