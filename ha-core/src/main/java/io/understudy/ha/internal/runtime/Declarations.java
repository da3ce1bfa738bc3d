package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Life;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the members that run last said of one role: whether they have declared it. A word counts as
 * long as the report that brought it. One thread at a time; reads no clock.
 */
final class Declarations {
  private final long validNanos;
  private final Map<MemberId, Said> words = new HashMap<>();

  /** One word. */
  private record Said(Life life, boolean undeclared, long untilNanos) {}

  /** Nobody has said anything. */
  Declarations(long validNanos) {
    this.validNanos = validNanos;
  }

  /** A life says whether it runs without the role; in place of what its member said before. */
  void take(Life from, boolean undeclared, long nowNanos) {
    words.put(from.member(), new Said(from, undeclared, nowNanos + validNanos));
  }

  /**
   * Forgets what counts no more.
   *
   * @return of whom that was
   */
  List<MemberId> expire(long nowNanos) {
    List<MemberId> over =
        words.values().stream()
            .filter(said -> nowNanos - said.untilNanos() >= 0)
            .map(said -> said.life().member())
            .toList();
    over.forEach(words::remove);
    return over;
  }

  /** Whether the member runs without the role. */
  boolean isUndeclared(MemberId member) {
    Said said = words.get(member);
    return said != null && said.undeclared();
  }

  /** Whether the member runs with the role, so that it says itself what has stopped. */
  boolean isDeclared(MemberId member) {
    Said said = words.get(member);
    return said != null && !said.undeclared();
  }
}
