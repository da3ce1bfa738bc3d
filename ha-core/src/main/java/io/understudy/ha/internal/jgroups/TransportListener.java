package io.understudy.ha.internal.jgroups;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;

/**
 * Is told what comes from the wire.
 *
 * <p>Called on the transport's threads, some of them at the same time; must not block, call the
 * transport's {@code close}, or throw: hand over to the event loop and return. Messages may come
 * late, twice never, and in another order than they were sent in. {@link #reachable} alone is
 * called by one thread at a time, so that the last set told is the newest.
 */
public interface TransportListener {
  /**
   * Authentic messages arrived together: sealed by the life that they all are from, for this life
   * alone, by a member that uses the same time values.
   */
  void received(List<Envelope> envelopes);

  /** A member says something new of itself, or is new. Repetitions are not passed on. */
  void hello(Hello hello);

  /**
   * The set of members that seem alive changed. Evidence, never a verdict.
   *
   * @param members those that were heard within the last lease and are not known to have gone
   *     since; without this member
   */
  void reachable(Set<MemberId> members);

  /**
   * A process has ended, beyond doubt on direct paths; see {@link Watch}. It is not among the
   * reachable any more.
   *
   * @param tookNanos from the end of its connection to the proof
   */
  void died(Life life, long tookNanos);

  /**
   * A member cannot be worked with: other time values. Its messages are dropped and it does not
   * count as reachable. Told once for each life of it.
   *
   * @param why names both values
   */
  void incompatible(MemberId member, String why);

  /** Another process of the same cluster says to be this member. */
  void sameMember(Life other, InetSocketAddress where);

  /**
   * A connection was made, and both sides have proved that they know the secret.
   *
   * @param peer where this member connected to if outgoing, else where the peer connected from
   * @param outgoing whether this member opened the connection
   */
  void authenticated(InetSocketAddress peer, Life life, boolean outgoing);

  /**
   * A configured peer that this member connected to, and that speaks this protocol, was not
   * authenticated: one of the two has another secret or another cluster name. What strangers do on
   * this member's own port is never told here.
   */
  void refused(InetSocketAddress peer, String reason);
}
