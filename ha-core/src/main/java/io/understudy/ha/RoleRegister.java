package io.understudy.ha;

import java.util.Map;
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

  /**
   * Tells every member that this one is done with what the value of a version asks; what that is,
   * the users of the register agree on. Unlike an acknowledgement, which says that a value was
   * stored. Returns at once; others hear of it within milliseconds as a rule, within a lease if
   * messages are lost. Not durable: a member that restarts is done with nothing.
   *
   * @param version the version; one that is older than what was said before changes nothing
   */
  void done(RegisterVersion version);

  /**
   * Up to which version each member has said that it is {@linkplain #done done}. Evidence, and
   * perhaps out of date: what must not overlap needs {@link #settled}. A member that has not
   * declared the role uses no value of it, and counts as done with all; such a one is found here
   * with a version above any that can be written.
   *
   * @return the last word of each member that has said anything; a copy
   */
  Map<MemberId, RegisterVersion> doneBy();
}
