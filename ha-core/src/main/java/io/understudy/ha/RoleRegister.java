package io.understudy.ha;

import java.util.concurrent.CompletionStage;

/**
 * The small value that a role's leader last decided, replicated with the votes. Threadsafe.
 *
 * <p>A committed value is never lost or reordered: every later leader starts from it or from a
 * newer one. The leader writes; every member reads {@link #view()}.
 */
public interface RoleRegister {
  /**
   * What this member knows to be committed, and until when the leader vouched for it. One volatile
   * read.
   *
   * @return the current view, immutable
   */
  RegisterView view();

  /**
   * Writes a value as the leader. A write that is overtaken by a later one completes with it.
   *
   * @param leadership the leadership under which the writer acts
   * @param value at most {@link RegisterValue#MAX_BYTES}; 128 bytes less in a role whose takeover
   *     is {@linkplain Takeover#isConditional() conditional}, which keeps the name of its leader
   *     there
   * @return completes with the version once a quorum has stored it in this epoch; fails with {@link
   *     LeadershipLostException} if the leadership ends first, in which case the value may or may
   *     not be adopted by the next leader
   */
  CompletionStage<RegisterVersion> write(Leadership leadership, byte[] value);

  /**
   * Waits until nobody can still act on a value older than {@code version}: each member of the
   * roster has acknowledged it, or the last permit that it may hold has run out on any clock within
   * the bound.
   *
   * @param leadership the leadership under which the caller acts
   * @param version a version that this leadership committed, or the one it started with
   * @return completes when settled; fails with {@link LeadershipLostException} if the leadership
   *     ends first
   */
  CompletionStage<RegisterVersion> settled(Leadership leadership, RegisterVersion version);
}
