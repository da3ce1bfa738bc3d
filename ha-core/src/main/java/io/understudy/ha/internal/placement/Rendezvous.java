package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;

/**
 * Rendezvous hashing, also called highest random weight: each member draws a weight for a role from
 * both names, and the highest weight wins (Thaler and Ravishankar, "Using name-based mappings to
 * increase hit rates", IEEE/ACM Transactions on Networking 6(1), 1998). A member's weight does not
 * depend on who else is there, so the loss of a member moves the roles that it led and no others.
 *
 * <p>The weight is {@code mix(fnv(member) ^ mix(fnv(role)))}: FNV-1a with 64 bits (Fowler, Noll,
 * Vo) over the characters, which are ASCII, and the finalizer of SplitMix64 (Steele, Lea, Flood,
 * OOPSLA 2014), because FNV alone hardly changes the high bits for a change in the last character.
 * The numbers are part of the protocol: members of two versions must draw the same.
 */
final class Rendezvous {
  private static final long FNV_BASIS = 0xCBF29CE484222325L;
  private static final long FNV_PRIME = 0x100000001B3L;

  private Rendezvous() {}

  /** The weight, as an unsigned number. */
  static long weight(String role, MemberId member) {
    return mix(fnv(member.value()) ^ mix(fnv(role)));
  }

  /** The weight in points, 0 to the bound less one; rises with the weight. */
  static int points(long weight, int bound) {
    return (int) (((weight >>> 32) * bound) >>> 32);
  }

  static long fnv(String text) {
    long hash = FNV_BASIS;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return hash;
  }

  private static long mix(long value) {
    long x = value;
    x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return x ^ (x >>> 31);
  }
}
