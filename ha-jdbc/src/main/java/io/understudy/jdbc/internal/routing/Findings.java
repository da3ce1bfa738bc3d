package io.understudy.jdbc.internal.routing;

import java.util.Map;

/**
 * What a look at a server found that needs words.
 *
 * @param missing for other masters, which of their transactions this server lacks, as text of
 *     bounded length
 * @param lost for other masters, how many of their transactions began on this very server, which
 *     lacks them: its own loss, and nothing that the other one holds unasked
 * @param unfit why this server must not be the writer, and what to do; empty if nothing speaks
 *     against it
 * @param notice what passes by its read-only mode all the same, and what to do; empty without
 * @param fullDisk what tells that it cannot write because its disk is full; empty if nothing does
 */
public record Findings(
    Map<String, String> missing,
    Map<String, Long> lost,
    String unfit,
    String notice,
    String fullDisk) {
  /** Nothing was found. */
  public static final Findings NONE = new Findings(Map.of(), "", "");

  /** Copies. */
  public Findings {
    missing = Map.copyOf(missing);
    lost = Map.copyOf(lost);
  }

  /**
   * The same with one more notice.
   *
   * @param more what to tell too; empty for nothing
   * @return the changed findings
   */
  public Findings noting(String more) {
    return more.isEmpty()
        ? this
        : new Findings(
            missing, lost, unfit, notice.isEmpty() ? more : notice + "; " + more, fullDisk);
  }

  /**
   * The same of a server whose disk was looked at.
   *
   * @param full what tells that it is full; empty if nothing does
   * @return the changed findings
   */
  public Findings withFullDisk(String full) {
    return new Findings(missing, lost, unfit, notice, full);
  }

  /**
   * One of a server whose disk was not looked at.
   *
   * @param missing which transactions of others it lacks
   * @param lost how many of its own it lacks
   * @param unfit why it must not be the writer
   * @param notice what else is wrong
   */
  public Findings(
      Map<String, String> missing, Map<String, Long> lost, String unfit, String notice) {
    this(missing, lost, unfit, notice, "");
  }

  /** One of a server that lost nothing of its own. */
  Findings(Map<String, String> missing, String unfit, String notice) {
    this(missing, Map.of(), unfit, notice);
  }
}
