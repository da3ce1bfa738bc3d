package io.understudy.jdbc.internal.dialect;

/** MySQL's sets of global transaction ids: {@code uuid:1-5:7,uuid2:3}. Pure. */
final class GtidSet {
  private GtidSet() {}

  /** How many transactions a set holds. Tags (8.3 and later) and white space are tolerated. */
  static long count(String set) {
    return count(set, "");
  }

  /** How many of them began on one server; of any server if it is empty. */
  static long count(String set, String uuid) {
    long count = 0;
    for (String source : set.replaceAll("\\s", "").split(",", -1)) {
      String[] parts = source.split(":", -1);
      for (int i = 1; i < parts.length && (uuid.isEmpty() || parts[0].equals(uuid)); i++) {
        count += interval(parts[i]);
      }
    }
    return count;
  }

  private static long interval(String text) {
    if (!text.matches("[0-9]+(-[0-9]+)?")) {
      return 0; // a tag, which names the intervals after it
    }
    int dash = text.indexOf('-');
    return dash < 0
        ? 1
        : Long.parseLong(text.substring(dash + 1)) - Long.parseLong(text.substring(0, dash)) + 1;
  }
}
