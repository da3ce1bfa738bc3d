package io.understudy.jdbc.internal.dialect;

/**
 * What one server lacks of another.
 *
 * @param count how many transactions; of several sources in one MariaDB domain an upper bound
 * @param gtids which ones, without white space, of bounded length
 * @param lost how many of them began on the very server that lacks them. Replication never brings
 *     them back, and their ids would be issued a second time
 */
public record Gap(long count, String gtids, long lost) {
  private static final int MOST_CHARS = 400;

  /** Shortens. */
  public Gap {
    gtids = gtids.length() <= MOST_CHARS ? gtids : gtids.substring(0, MOST_CHARS - 3) + "...";
  }
}
