package io.understudy.ha.internal.jgroups;

/**
 * Which sequence numbers of one sender were seen: the newest one and the {@link #WIDTH} before it.
 * Numbers that are older than that count as seen. The ring of bits is that of RFC 6479. Not
 * threadsafe.
 */
final class ReplayWindow {
  static final int WIDTH = 1024;

  private static final int WORDS = WIDTH / Long.SIZE + 1;

  private final long[] ring = new long[WORDS];
  private long newest;

  /**
   * Marks the number as seen; false if it was before, or is too old to tell, or is not positive.
   */
  boolean accept(long number) {
    if (number <= 0 || number <= newest - WIDTH) {
      return false;
    }
    if (number > newest) {
      forget(newest >>> 6, number >>> 6);
      newest = number;
    }
    int word = (int) ((number >>> 6) % WORDS);
    long bit = 1L << (number & 63);
    if ((ring[word] & bit) != 0) {
      return false;
    }
    ring[word] |= bit;
    return true;
  }

  private void forget(long newestWord, long numberWord) {
    long words = Math.min(numberWord - newestWord, WORDS);
    for (long i = 1; i <= words; i++) {
      ring[(int) ((newestWord + i) % WORDS)] = 0;
    }
  }
}
