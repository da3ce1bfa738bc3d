package io.understudy.ha.internal.jgroups;

import io.understudy.ha.HaConfig;
import io.understudy.ha.Secret;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.TimeValues;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.List;

/**
 * What a transport is made of.
 *
 * @param cluster the cluster's name
 * @param self this life
 * @param bind where it listens
 * @param peers where the members listen, this one included
 * @param secret the cluster's secret
 * @param times the cluster's time values
 * @param presence what the first {@link Hello} says
 * @param crashProof whether the end of a quiet connection may prove a death
 */
public record TransportConfig(
    String cluster,
    Life self,
    InetSocketAddress bind,
    List<InetSocketAddress> peers,
    Secret secret,
    TimeValues times,
    Hello.Presence presence,
    boolean crashProof) {
  /** Copies. */
  public TransportConfig {
    peers = List.copyOf(peers);
  }

  /** From a node's configuration. */
  public static TransportConfig of(HaConfig config, long incarnation, Hello.Presence presence) {
    return new TransportConfig(
        config.cluster(),
        new Life(config.member(), incarnation),
        config.bind(),
        config.peers(),
        config.secret(),
        TimeValues.of(config.timing()),
        presence,
        config.crashProof());
  }

  /**
   * Where others reach this member: the address it is bound to, or its own entry among the peers.
   *
   * @throws IOException if it is bound to all addresses and none of the peers is this machine
   */
  InetSocketAddress listen() throws IOException {
    if (!bind.getAddress().isAnyLocalAddress()) {
      return bind;
    }
    for (InetSocketAddress peer : peers) {
      if (peer.getPort() == bind.getPort()
          && NetworkInterface.getByInetAddress(peer.getAddress()) != null) {
        return peer;
      }
    }
    throw new IOException(
        "bound to "
            + bind
            + ", but none of the peers "
            + peers
            + " is this machine with that port; bind to one address or list this member's own");
  }
}
