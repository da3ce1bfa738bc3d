package io.understudy.samples.orders;

import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.node.Network;
import io.understudy.samples.node.Shell;
import java.util.List;

/**
 * No packet passes between some members and a server, and nobody is told. The servers still hear
 * each other: they are outside of the members' networks.
 */
final class Silence implements Mishap {
  private final Network network;
  private final List<String> members;

  Silence(Network network, List<String> members) {
    this.network = network;
    this.members = List.copyOf(members);
  }

  @Override
  public void befall(DatabaseServer writer) {
    for (String member : members) {
      rule(member, "-A INPUT -p tcp --sport " + writer.port() + " -j DROP\n");
    }
  }

  @Override
  public void end(DatabaseServer writer) {
    members.forEach(member -> rule(member, ""));
  }

  private void rule(String member, String rule) {
    String out = rule.replace("INPUT", "OUTPUT").replace("--sport", "--dport");
    Shell.feed(
        "*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n" + rule + out + "COMMIT\n",
        "ip",
        "netns",
        "exec",
        network.namespace(member),
        "iptables-restore");
  }
}
