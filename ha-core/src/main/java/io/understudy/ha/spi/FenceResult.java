package io.understudy.ha.spi;

import java.util.Objects;

/**
 * What came of fencing a member. Immutable.
 *
 * @param outcome what is known now
 * @param detail what was done and found, one sentence for log, event and status page; at most
 *     {@value #MAX_DETAIL} characters are kept
 */
public record FenceResult(Outcome outcome, String detail) {
  /** How many characters of a detail are kept. */
  public static final int MAX_DETAIL = 500;

  /** What is known after fencing. */
  public enum Outcome {
    /** The target is cut off as the hook's scope says, for certain. */
    CONFIRMED,
    /** The target is not cut off. */
    FAILED,
    /** The target may be cut off or not. */
    UNKNOWN
  }

  /** Cuts an overlong detail. */
  public FenceResult {
    Objects.requireNonNull(outcome, "outcome");
    detail = detail.length() > MAX_DETAIL ? detail.substring(0, MAX_DETAIL) : detail;
  }

  /**
   * The target is cut off for certain.
   *
   * @param detail what was done
   * @return the result
   */
  public static FenceResult confirmed(String detail) {
    return new FenceResult(Outcome.CONFIRMED, detail);
  }

  /**
   * The target is not cut off.
   *
   * @param detail what went wrong
   * @return the result
   */
  public static FenceResult failed(String detail) {
    return new FenceResult(Outcome.FAILED, detail);
  }

  /**
   * The target may be cut off or not.
   *
   * @param detail why that is not known
   * @return the result
   */
  public static FenceResult unknown(String detail) {
    return new FenceResult(Outcome.UNKNOWN, detail);
  }
}
