package io.understudy.ha.internal.exclusion;

import org.jspecify.annotations.Nullable;

/** Where a member stands between leading a role and working for it. */
public sealed interface Phase {
  /** It does not lead. */
  record Idle() implements Phase {}

  /**
   * It leads, and somebody else may be at work.
   *
   * @param work who
   * @param sinceNanos since when
   * @param proofs what is known of the end of that work
   * @param fence what has come of fencing it
   * @param toldNanos when people were last told
   * @param undeclared whether the member whose work it is runs again, without the role
   */
  record Waiting(
      Work work, long sinceNanos, Proofs proofs, Attempts fence, long toldNanos, boolean undeclared)
      implements Phase {
    Waiting knowing(Proofs more) {
      return new Waiting(work, sinceNanos, more, fence, toldNanos, undeclared);
    }

    Waiting trying(Attempts changed) {
      return new Waiting(work, sinceNanos, proofs, changed, toldNanos, undeclared);
    }

    Waiting told(long nowNanos) {
      return new Waiting(work, sinceNanos, proofs, fence, nowNanos, undeclared);
    }

    /** People are told again if that is news. */
    Waiting undeclared(boolean now) {
      long told = now == undeclared ? toldNanos : ExclusionStep.NEVER;
      return new Waiting(work, sinceNanos, proofs, fence, told, now);
    }
  }

  /** It leads, and its own name is on its way into the register. */
  record Marking() implements Phase {}

  /** It may work, and the register says so. */
  record Open() implements Phase {}

  /**
   * It has stopped in good order, and its name is on its way out of the register.
   *
   * @param untilNanos how long it waits for that
   */
  record Clearing(long untilNanos) implements Phase {}

  /** It leads, and nothing of it is at work. */
  record Rested() implements Phase {}

  /**
   * What has come of fencing.
   *
   * @param tries how many attempts have come to nothing
   * @param nextNanos when to ask for the next
   * @param last what came of the last one; empty if there was none
   */
  record Attempts(int tries, long nextNanos, String last) {
    private static final int MAX_BACKOFF_SHIFT = 5;

    static Attempts none(long nowNanos) {
      return new Attempts(0, nowNanos, "");
    }

    /** Asked; whoever calls the hook calls it once at a time, however often it is asked. */
    Attempts asked(long againNanos) {
      return new Attempts(tries, againNanos, last);
    }

    Attempts failed(String answer, long nowNanos, long backoffNanos) {
      long pause = backoffNanos << Math.min(tries, MAX_BACKOFF_SHIFT);
      return new Attempts(tries + 1, nowNanos + pause, answer);
    }
  }

  /** What is waited for, if anything is. */
  default @Nullable Waiting waiting() {
    return this instanceof Waiting waits ? waits : null;
  }
}
