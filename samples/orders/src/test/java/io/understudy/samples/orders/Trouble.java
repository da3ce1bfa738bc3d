package io.understudy.samples.orders;

/**
 * Something that goes wrong for a while.
 *
 * @param name for people
 * @param begin brings it about
 * @param end mends it
 */
record Trouble(String name, Runnable begin, Runnable end) {
  @Override
  public String toString() {
    return name;
  }
}
