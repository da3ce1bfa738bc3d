package io.understudy.ha.internal.election;

import io.understudy.ha.RosterMember;

/**
 * One number for a whole roster. Members authenticate each other, so nobody forges rosters, and 64
 * well mixed bits do not collide by chance.
 */
final class Stamp {
  private Stamp() {}

  static long of(Roster roster) {
    long hash = mix(mix(0x52, roster.epoch()), roster.version());
    for (RosterMember entry : roster.members()) {
      String name = entry.member().value();
      for (int i = 0; i < name.length(); i++) {
        hash = mix(hash, name.charAt(i));
      }
      hash = mix(hash, 2L * entry.votes() + (entry.witness() ? 1 : 0) + 0x10000);
    }
    return hash;
  }

  private static long mix(long hash, long next) {
    long x = (hash ^ next) * 0x9E3779B97F4A7C15L + next;
    x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L; // the finalizer of SplitMix64
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return x ^ (x >>> 31);
  }
}
