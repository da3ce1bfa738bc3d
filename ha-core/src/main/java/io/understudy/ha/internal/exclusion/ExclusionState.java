package io.understudy.ha.internal.exclusion;

/**
 * Where a member stands.
 *
 * @param settings what does not change
 * @param phase the phase
 * @param epoch the leadership that it is about; 0 while idle
 */
public record ExclusionState(ExclusionSettings settings, Phase phase, long epoch) {
  /** It does not lead. */
  public static ExclusionState idle(ExclusionSettings settings) {
    return new ExclusionState(settings, new Phase.Idle(), 0);
  }

  ExclusionState in(Phase next) {
    return new ExclusionState(settings, next, epoch);
  }
}
