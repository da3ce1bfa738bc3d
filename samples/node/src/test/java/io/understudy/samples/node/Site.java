package io.understudy.samples.node;

import java.util.List;
import java.util.Map;

/** Where the members of a cluster run. */
public interface Site {
  /** The host under which a member listens for the others. */
  String host(String member);

  /** The host at which a member serves its status to a test. */
  String httpHost(String member);

  /** What stands before a member's own command line. */
  List<String> prefix(String member);

  /** All members on one host of this machine. */
  static Site at(String host) {
    return at(host, Map.of());
  }

  /** The same, with something before the command lines of some members. */
  static Site at(String host, Map<String, List<String>> prefixes) {
    return new Site() {
      @Override
      public String host(String member) {
        return host;
      }

      @Override
      public String httpHost(String member) {
        return "127.0.0.1";
      }

      @Override
      public List<String> prefix(String member) {
        return prefixes.getOrDefault(member, List.of());
      }
    };
  }
}
