package io.understudy.ha.internal.jgroups;

import io.understudy.ha.internal.election.Life;
import java.net.InetSocketAddress;

/**
 * Is told what becomes of the sockets of one member. Called on the threads that use them; must not
 * block or throw.
 */
interface LinkObserver {
  /**
   * Both sides have proved that they know the secret.
   *
   * @param peer where this member connected to if outgoing, else where the peer connected from
   */
  void authenticated(InetSocketAddress peer, Life life, boolean outgoing);

  /**
   * A connection that this member opened was not authenticated: most likely another secret or
   * cluster.
   */
  void refused(InetSocketAddress peer, String reason);

  /** Another process says to be this member. */
  void sameMember(InetSocketAddress peer, Life life);

  /** The last connection with that life has ended. */
  void disconnected(Life life);

  /** A sealed message came over a connection on which a member watches this one. */
  void word(byte[] sealed);

  /** Nobody listens at that address. */
  void unreachable(InetSocketAddress peer);
}
