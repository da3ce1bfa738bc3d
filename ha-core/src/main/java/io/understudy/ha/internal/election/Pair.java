package io.understudy.ha.internal.election;

import org.jspecify.annotations.Nullable;

/**
 * What a member of a cluster of two knows of the other one, of one role. Volatile: a restarted
 * member knows nothing and must meet its peer again. In other rosters it stays blank.
 *
 * @param rosterStamp the roster that it is about
 * @param met whether this life has exchanged epoch and register with its peer, see {@link Fencing}
 * @param heard the peer's life that was heard last, or null
 * @param heardSinceNanos since when no other life of the peer was heard. Lives are heard out of
 *     their order, so this, and not {@code heard}, tells what a fence can have ended
 * @param fenced the peer's life that was heard last when a fence ended it and all before it, while
 *     no other has rejoined: its vote and its acknowledgement count as given; with {@link Life#ANY}
 *     by an operator's word, while none has; else null
 * @param wish the fence that is wanted
 */
public record Pair(
    long rosterStamp,
    boolean met,
    @Nullable Life heard,
    long heardSinceNanos,
    @Nullable Life fenced,
    Wish wish) {

  /**
   * A fence that is wanted, and what came of it.
   *
   * @param wantedSinceNanos since when each step found reason for it; {@link Step#NEVER} if the
   *     last one did not
   * @param askingSinceNanos since when the peer, though it seems alive, answers no canvass; {@link
   *     Step#NEVER} if it does
   * @param tries how many attempts have come to nothing
   * @param nextTryNanos when to ask for the next
   * @param last what came of the last attempt
   * @param stalled why this member cannot lead without its peer, as people were told; empty if it
   *     can
   */
  public record Wish(
      long wantedSinceNanos,
      long askingSinceNanos,
      int tries,
      long nextTryNanos,
      String last,
      String stalled) {
    static Wish none(long nowNanos) {
      return new Wish(Step.NEVER, Step.NEVER, 0, nowNanos, "", "");
    }

    Wish wantedSince(long nanos) {
      return new Wish(nanos, askingSinceNanos, tries, nextTryNanos, last, stalled);
    }

    Wish askingSince(long nanos) {
      return new Wish(wantedSinceNanos, nanos, tries, nextTryNanos, last, stalled);
    }

    Wish tried(int count, long nextNanos, String what) {
      return new Wish(wantedSinceNanos, askingSinceNanos, count, nextNanos, what, stalled);
    }

    Wish stalledBy(String reason) {
      return new Wish(wantedSinceNanos, askingSinceNanos, tries, nextTryNanos, last, reason);
    }
  }

  static Pair blank(long rosterStamp, long nowNanos) {
    return new Pair(rosterStamp, false, null, nowNanos, null, Wish.none(nowNanos));
  }

  Pair asMet() {
    return met ? this : new Pair(rosterStamp, true, heard, heardSinceNanos, fenced, wish);
  }

  /**
   * A life takes part. If it is another than the fenced one, nothing is counted for it any more. An
   * operator's word ends with any life, and with it that this member counts as having met its peer.
   */
  Pair hearing(Life life, long nowNanos) {
    if (life.equals(heard) && (fenced == null || fenced.equals(life))) {
      return this;
    }
    long since = life.equals(heard) ? heardSinceNanos : nowNanos;
    boolean byWord = fenced != null && fenced.incarnation() == Life.ANY;
    Life left = life.equals(fenced) ? fenced : null;
    return new Pair(rosterStamp, met && !byWord, life, since, left, wish);
  }

  Pair withFenced(@Nullable Life life) {
    return new Pair(rosterStamp, met, heard, heardSinceNanos, life, wish);
  }

  Pair wishing(Wish now) {
    return now.equals(wish)
        ? this
        : new Pair(rosterStamp, met, heard, heardSinceNanos, fenced, now);
  }
}
