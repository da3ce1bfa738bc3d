package io.understudy.ha;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The validated configuration of a node; made by {@link HaNodeBuilder}. Immutable.
 *
 * @param cluster the cluster's name
 * @param member this member
 * @param roster the members and their votes: seeds an empty state directory
 * @param bind where this member listens
 * @param peers where the members listen, this one included
 * @param stateDirectory where the durable state lives
 * @param secret the cluster's secret
 * @param timing the cluster's time values
 * @param witness whether this member votes and never leads
 * @param roles the roles declared at start
 * @param listeners subscribed before anything happens
 */
public record HaConfig(
    String cluster,
    MemberId member,
    List<RosterMember> roster,
    InetSocketAddress bind,
    List<InetSocketAddress> peers,
    Path stateDirectory,
    Secret secret,
    Timing timing,
    boolean witness,
    List<RoleSpec> roles,
    List<Consumer<? super HaEvent>> listeners) {
  /** Copies. */
  public HaConfig {
    roster = List.copyOf(roster);
    peers = List.copyOf(peers);
    roles = List.copyOf(roles);
    listeners = List.copyOf(listeners);
  }
}
