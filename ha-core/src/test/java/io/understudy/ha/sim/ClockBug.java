package io.understudy.ha.sim;

import io.understudy.ha.internal.runtime.ClockWatch.Reading;
import io.understudy.ha.internal.runtime.Lease;

/** Bugs in how a member looks at its two clocks. */
enum ClockBug implements Mutation {
  WALL_CLOCK_NOT_LOOKED_AT(
      "Validity ends by the wall clock too, because a monotonic clock stops.") {
    @Override
    public Reading reading(Reading right) {
      return new Reading(right.nanos(), Math.floorDiv(right.nanos(), NANOS_PER_MILLI));
    }
  },

  WALL_CLOCK_NOT_IN_THE_LEASE(
      "Each check of a lease reads the wall clock, not only the next look.") {
    @Override
    public Lease lease(Lease right, Reading now) {
      return new Lease(right.untilNanos(), Long.MAX_VALUE);
    }
  },

  LEASE_ON_THE_WALL_FROM_THE_ANSWER(
      "A lease begins on the wall clock too when its round was sent, not when it was answered.") {
    @Override
    public Lease lease(Lease right, Reading now) {
      long leftMillis = (right.untilNanos() - now.nanos()) / NANOS_PER_MILLI;
      return new Lease(right.untilNanos(), now.wallMillis() + leftMillis);
    }
  },

  LEASE_ON_THE_WALL_WITH_TOLERANCE("The end of a lease on the wall clock has no tolerance.") {
    @Override
    public Lease lease(Lease right, Reading now) {
      return new Lease(right.untilNanos(), right.wallUntilMillis() + 250);
    }
  };

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final String rule;

  ClockBug(String rule) {
    this.rule = rule;
  }

  @Override
  public String rule() {
    return rule;
  }
}
