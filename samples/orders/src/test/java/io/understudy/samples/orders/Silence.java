package io.understudy.samples.orders;

import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.node.Network;
import io.understudy.samples.node.Shell;

/**
 * No packet passes between any member and a server, and nobody is told. The servers still hear each
 * other: they are outside of the members' networks.
 */
final class Silence implements Mishap {
  private final Network network;

  Silence(Network network) {
    this.network = network;
  }

  @Override
  public void befall(DatabaseServer writer) {
    for (String member : network.members()) {
      rule(member, "-A INPUT -p tcp --sport " + writer.port() + " -j DROP\n");
    }
  }

  @Override
  public void end(DatabaseServer writer) {
    network.members().forEach(member -> rule(member, ""));
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
