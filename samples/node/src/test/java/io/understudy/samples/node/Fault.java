package io.understudy.samples.node;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What a router can do to packets on their way, as rules of {@code iptables}. */
public interface Fault {
  /** The rules; a packet is treated as the first that fits it says. */
  List<String> rules(Network network);

  /** Nothing reaches the member, and nothing that it sends arrives. */
  static Fault cut(String member) {
    return both(deaf(member), mute(member));
  }

  /** Nothing reaches the member. */
  static Fault deaf(String member) {
    return network -> List.of("-d " + network.host(member) + " -j DROP");
  }

  /** Nothing that the member sends arrives. */
  static Fault mute(String member) {
    return network -> List.of("-s " + network.host(member) + " -j DROP");
  }

  /** Nothing that the one member sends reaches the other. */
  static Fault oneWay(String from, String to) {
    return between(from, to, "DROP");
  }

  /** Two members hear nothing of each other. */
  static Fault link(String one, String other) {
    return both(oneWay(one, other), oneWay(other, one));
  }

  /** Of every hundred packets so many are lost, of all members. */
  static Fault loss(int percent) {
    return network ->
        List.of(
            String.format(
                Locale.ROOT,
                "-m statistic --mode random --probability %.2f -j DROP",
                percent / 100.0));
  }

  /** Whatever these two members send to each other is answered with a TCP reset. */
  static Fault resets(String one, String other) {
    String target = "REJECT --reject-with tcp-reset";
    return both(between(one, other, "-p tcp", target), between(other, one, "-p tcp", target));
  }

  /** Whatever these two members send to each other is answered with an ICMP error. */
  static Fault rejects(String one, String other) {
    String target = "REJECT --reject-with icmp-port-unreachable";
    return both(between(one, other, target), between(other, one, target));
  }

  private static Fault between(String from, String to, String target) {
    return between(from, to, "", target);
  }

  private static Fault between(String from, String to, String match, String target) {
    return network ->
        List.of(
            "-s " + network.host(from) + " -d " + network.host(to) + " " + match + " -j " + target);
  }

  private static Fault both(Fault one, Fault other) {
    return network ->
        Stream.concat(one.rules(network).stream(), other.rules(network).stream()).toList();
  }
}
