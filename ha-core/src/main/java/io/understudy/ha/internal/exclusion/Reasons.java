package io.understudy.ha.internal.exclusion;

import io.understudy.ha.MemberId;

/** Why a leader does not work yet, for people: what it waits for, and what to do. */
final class Reasons {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private Reasons() {}

  static String of(ExclusionSettings settings, Phase.Waiting waiting, long now) {
    Work work = waiting.work();
    MemberId member = work.life().member();
    StringBuilder text = new StringBuilder("leads, but does not work yet: ");
    text.append(member)
        .append(" led in epoch ")
        .append(work.epoch())
        .append(" and has not said that it stopped; ");
    long at = Judgement.stoppedAtNanos(settings, waiting, now);
    if (at != ExclusionStep.NEVER) {
      long leftMillis = Math.max(0, at - now) / NANOS_PER_MILLI;
      text.append("begins in ").append(leftMillis).append(" ms at the latest (its group has ");
      text.append(work.terms().stopLimitNanos() / NANOS_PER_MILLI).append(" ms to stop)");
      return text.toString();
    }
    text.append(why(settings));
    return text.append(waiting.undeclared() ? restarted(member) : silent(waiting, settings))
        .toString();
  }

  private static String silent(Phase.Waiting waiting, ExclusionSettings settings) {
    MemberId member = waiting.work().life().member();
    return "; waits until "
        + member
        + " says so"
        + fence(settings, waiting)
        + ", or an operator who knows that "
        + member
        + " is off says so (confirmFenced), or one who has looked that nothing of the role is left"
        + " there (confirmStopped)";
  }

  /** It runs, so it is not off; but nobody there stops what its last life left. */
  private static String restarted(MemberId member) {
    return "; "
        + member
        + " runs again, but has not declared the role, so it does not stop what may be left there:"
        + " declare the role on "
        + member
        + " again, or confirm by an operator who has looked that nothing of the role is left there"
        + " (confirmStopped)";
  }

  private static String why(ExclusionSettings settings) {
    return settings.fenceRequired()
        ? "the role demands a fence"
        : "what it started outlives its process, and it has no guardian";
  }

  private static String fence(ExclusionSettings settings, Phase.Waiting waiting) {
    if (settings.hook() == null) {
      return " (no fence hook is configured here)";
    }
    if (!Judgement.isFenceOfUse(settings, waiting)) {
      return " (the fence hook ends processes, and what was started outlives them)";
    }
    Phase.Attempts fence = waiting.fence();
    return ", is fenced"
        + (fence.tries() == 0
            ? " (asked)"
            : " (tried " + fence.tries() + " times, last: " + fence.last() + ")");
  }
}
