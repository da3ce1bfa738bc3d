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
  /** The longest statement that can be {@linkplain #tell told}, in bytes. */
  int MAX_TOLD_BYTES = 255;

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

  /**
   * Says something to every member; what it means, the users of the register agree on. It takes the
   * place of what this member said before. Returns at once; others hear it within 50 ms as a rule,
   * within a lease if messages are lost, and it is repeated until something else is said. Not
   * durable.
   *
   * @param statement at most {@link #MAX_TOLD_BYTES}; none to take back what was said
   * @throws IllegalArgumentException if it is longer
   */
  void tell(byte[] statement);

  /**
   * What each member says. Evidence, and perhaps out of date: look at {@link Told#age()}, and
   * whether the member is seen. Who has nothing to say, or has not declared the role, is not in it.
   *
   * @return the last word of each member, this one included; a copy
   */
  Map<MemberId, Told> told();

  /**
   * Calls a listener when another member says something new; not when it repeats itself, and not
   * when it falls silent. On a thread of the library, several calls perhaps at once: it must not
   * block.
   *
   * @param listener called after {@link #told()} has changed
   * @return ends the calls when closed
   */
  Subscription whenTold(Runnable listener);
}
