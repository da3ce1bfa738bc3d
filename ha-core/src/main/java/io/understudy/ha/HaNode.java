package io.understudy.ha;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * This JVM as a member of a cluster. Threadsafe.
 *
 * <pre>{@code
 * try (HaNode node = HaNode.builder()
 *     .cluster("shop").member("n1").roster("n1,n2,n3")
 *     .bind("10.0.0.1:7801").peers("10.0.0.1:7801,10.0.0.2:7801,10.0.0.3:7801")
 *     .state(Path.of("/var/lib/shop/ha")).secret(Secret.ofFile(Path.of("/etc/shop/ha.secret")))
 *     .role(RoleSpec.named("billing-jobs").listening(billing))
 *     .start()) {
 *   ...
 * }
 * }</pre>
 */
public interface HaNode extends AutoCloseable {
  /** How many roles a cluster can have, those of all its members together. */
  int MAX_ROLES = 1023;

  /**
   * Begins the configuration of a node.
   *
   * @return a new builder
   */
  static HaNodeBuilder builder() {
    return new HaNodeBuilder();
  }

  /**
   * This member.
   *
   * @return its id
   */
  MemberId member();

  /**
   * The cluster.
   *
   * @return the cluster's name
   */
  String cluster();

  /**
   * The cluster's time values.
   *
   * @return lease, heartbeat and clock rate error
   */
  Timing timing();

  /**
   * Declares a role while the node runs: this member campaigns for it from now on. If other members
   * have declared {@link #MAX_ROLES} already it stays without a leader, and the role's status says
   * so.
   *
   * @param spec the role
   * @return the role
   * @throws IllegalStateException if it is declared already, if this member has declared {@link
   *     #MAX_ROLES}, if the system refuses a thread to guard the deadline of its resources, or if
   *     the node is closed
   */
  Role declare(RoleSpec spec);

  /**
   * A role that was declared.
   *
   * @param name its name
   * @return the role, or empty if this member did not declare it
   */
  Optional<Role> role(String name);

  /**
   * Whether this member hears a quorum of the roster's votes now. Volatile reads only. While the
   * node is being closed it answers as before until its resources have stopped, because so long it
   * may lead; then false.
   *
   * @return true if a quorum was heard within the last lease
   */
  boolean hasQuorum();

  /**
   * A snapshot for people and monitoring.
   *
   * @return the status
   */
  NodeStatus status();

  /**
   * Changes the roster while the cluster runs.
   *
   * @return how to change it
   */
  default RosterAdmin roster() {
    throw new UnsupportedOperationException("this node does not change rosters");
  }

  /**
   * Why a role is where it is: the members that may lead it with their scores and what excludes
   * them, what this member does about it, and the last moves. From memory; blocks nobody.
   *
   * @param role a role that was declared here
   * @return the explanation
   * @throws IllegalArgumentException if it was not declared here
   */
  default Explanation explain(String role) {
    throw new UnsupportedOperationException("this node explains nothing");
  }

  /**
   * A dry run: who would lead the roles that were declared here if something happened, by the same
   * rules that decide. Changes nothing. From memory; blocks nobody.
   *
   * @param change what happens
   * @return who would lead then, and why
   * @throws IllegalArgumentException if it names a member or a role that is not known
   */
  default Forecast simulate(WhatIf change) {
    throw new UnsupportedOperationException("this node tries nothing out");
  }

  /**
   * Takes the member out of the running, or back in. On standby it leads nothing (what it leads it
   * resigns), but goes on voting. Not durable: a restarted member is not on standby. Refused, which
   * {@link HaEvent.Operation} tells, in maintenance while it leads a role with resources.
   *
   * @param on whether to be on standby
   */
  void standby(boolean on);

  /**
   * Begins or ends maintenance of the whole cluster: it changes nothing by itself. No role fails
   * back, no resource is restarted or moved because of a failure (failures are counted and told),
   * and the group of a new leadership does not begin before the end. So a hand-over, a resignation
   * and a standby that would stop resources are refused ({@link
   * OperationRefusedException.Cause#MAINTENANCE}): nobody would start them again. Elections go on,
   * and a group whose lease has ended is stopped all the same: safety knows no maintenance. What
   * had begun when it came is finished.
   *
   * <p>Needs no quorum. It counts here at once and at each other member when it hears of it, from
   * this one or from another one, usually within milliseconds; one that is cut off hears later. The
   * last word wins. It is kept in the state directory and outlives the restart of all members.
   * Returns at once; {@link HaEvent.MaintenanceChanged} tells.
   *
   * @param on whether nothing is to change
   */
  default void maintenance(boolean on) {
    throw new UnsupportedOperationException("this node knows no maintenance");
  }

  /**
   * Tells the member that its empty state directory is no lost disk, so that it need not catch up.
   * An operator's word: only true when no member that held votes of this cluster still runs
   * elsewhere.
   */
  void confirmEmptyState();

  /**
   * Tells this member that another one is off. An operator's word, and only for a machine that is
   * off <em>for certain</em> and stays off until this member leads: switched off by hand,
   * unplugged, its process ended on a machine that you can see. If it still runs, two members lead
   * at the same time, and only resources that check the epoch are safe.
   *
   * <p>Promises end that were given to that member for the epochs that are known by now; it is no
   * proof of death, so what the member says later in a higher epoch is heard. In a cluster of two
   * its vote counts as given until this member hears it take part again, and be it in the same
   * life; even if this member has not exchanged its state with it since it started. What the other
   * one may have written to the register while it was alone is lost then, so say it on the member
   * that led last. The epoch goes on a million higher in that case, because nobody knows how far
   * the other one came.
   *
   * <p>A role whose {@link Takeover} waits for the work of that member begins: whatever the member
   * had at work in the leadership that is waited for counts as stopped, also what outlives its
   * process, for example an address. Say it at the member that leads the role and waits. For that
   * alone it may also be said of a member that was removed from the roster. It is never the word
   * for a member that runs, but where nothing of a role is left: that is {@link
   * Operator#confirmStopped}.
   *
   * <p>Returns at once. Nothing is remembered: say it again after a restart.
   *
   * @param member the member that is off
   * @throws OperationRefusedException if it is this member, neither in the roster nor waited for,
   *     or if this member has not listened for a whole lease, since it started or was paused, and
   *     heard nothing of that member; the message says when to try again. What changes until the
   *     word is acted on is refused, too, and {@link HaEvent.Operation} tells
   */
  void confirmFenced(MemberId member);

  /**
   * The operations of this node in the name of whoever asks for them, so that the events tell.
   * Through the methods of {@link HaNode} and {@link Role} it is {@code the application} that asks.
   *
   * @param by who asks, for people: a name, an address
   * @return the operations
   */
  default Operator operator(String by) {
    throw new UnsupportedOperationException("this node has no operators");
  }

  /**
   * The last hundred calls of fence hooks by this process, the oldest first. Not durable.
   *
   * @return when, whom, by which hook, and what came of it; a hook that has not returned after its
   *     limit is listed then, and again when it returns
   */
  default List<FenceAttempt> fenceHistory() {
    return List.of();
  }

  /**
   * Subscribes to everything that happens from now on.
   *
   * @param listener called in order on a thread of its own that is never the election thread; what
   *     it throws is logged. If it falls 10,000 events behind it loses the oldest ones, see {@link
   *     HaEvent.Overflow}
   * @return ends the subscription
   */
  Subscription subscribe(Consumer<? super HaEvent> listener);

  /**
   * Stops every resource, resigns every role, tells the listeners, leaves the cluster. Returns when
   * done, within about five seconds and the longest {@linkplain ResourceGroup#stopTimeout stop
   * timeout}; called by a resource at once, because the node can close only after that call.
   * Closing twice does nothing.
   */
  @Override
  void close();
}
