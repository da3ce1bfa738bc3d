package io.understudy.jdbc.internal.routing;

/**
 * What the assignment remembers of a master, so that a later director can judge it while it is
 * away.
 *
 * @param name the master
 * @param ids how it issues ids, as last seen
 * @param stranded how many transactions it has that the writer lacks, as last compared
 * @param strandedGtids which ones, in the product's notation without white space, shortened
 */
public record MasterRecord(String name, IdSeries ids, long stranded, String strandedGtids) {
  /**
   * One whose stranded transactions nobody has listed.
   *
   * @param name the master
   * @param ids how it issues ids
   * @param stranded how many transactions it has that the writer lacks
   */
  public MasterRecord(String name, IdSeries ids, long stranded) {
    this(name, ids, stranded, "");
  }
}
