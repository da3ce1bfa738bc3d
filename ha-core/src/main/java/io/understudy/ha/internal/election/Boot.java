package io.understudy.ha.internal.election;

/** What a member knows of a role when its machine is made. */
public sealed interface Boot {
  /**
   * The state directory holds the role's ballot: wait until the promises of the last life have run
   * out.
   */
  record Known(Ballot ballot) implements Boot {}

  /**
   * The directory has recorded every vote since the cluster was founded and holds none for this
   * role: it never voted in it.
   *
   * @param founding the cluster's common beginning
   */
  record Fresh(Founding founding) implements Boot {}

  /**
   * The directory does not hold the role and cannot rule out that an earlier one did.
   *
   * @param directoryEmpty whether it holds nothing at all
   */
  record Empty(boolean directoryEmpty) implements Boot {}
}
