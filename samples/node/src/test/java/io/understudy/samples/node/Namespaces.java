package io.understudy.samples.node;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The network namespaces that a test process made. Their names hold its id, so that those of a
 * killed test process can be told from everybody else's.
 */
final class Namespaces {
  private static final Pattern NAME = Pattern.compile("(ha-net-([0-9]{1,10})-([0-9]+))-.+");
  private static final int LINK_RADIX = 36;

  /** A network has no more places. */
  static final int MAX_MEMBERS = 8;

  private Namespaces() {}

  /** The beginning of the names of one network's namespaces. */
  static String name(int network) {
    return "ha-net-" + ProcessHandle.current().pid() + "-" + network;
  }

  /** The name of a link on the test process' side; the kernel allows 15 characters. */
  static String link(String network, int place) {
    Matcher matcher = NAME.matcher(network + "-link");
    if (!matcher.matches()) {
      throw new IllegalArgumentException(network + " is no network");
    }
    String pid = Long.toString(Long.parseLong(matcher.group(2)), LINK_RADIX);
    return String.format(Locale.ROOT, "ha%s.%s.%d", pid, matcher.group(3), place);
  }

  /** Removes what a test process left that does not live any more. */
  static void removeStale() {
    for (String name : list()) {
      Matcher matcher = NAME.matcher(name);
      if (matcher.matches() && ProcessHandle.of(Long.parseLong(matcher.group(2))).isEmpty()) {
        remove(matcher.group(1));
      }
    }
  }

  /** Removes the namespaces whose names begin so, with every process in them. */
  static void remove(String network) {
    for (String name : list()) {
      if (name.startsWith(network + "-")) {
        for (String pid : Shell.run("ip", "netns", "pids", name).lines().toList()) {
          Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(pid.strip()));
          process.ifPresent(ProcessHandle::destroyForcibly);
        }
        Shell.run("ip", "netns", "del", name);
      }
    }
    // The kernel keeps a namespace, and so its links, while a dead process' connections linger.
    for (int place = 1; place <= MAX_MEMBERS; place++) {
      String link = link(network, place);
      if (exists(link)) {
        try {
          Shell.run("ip", "link", "del", link);
        } catch (IllegalStateException e) {
          if (exists(link)) {
            throw e;
          }
        }
      }
    }
  }

  private static boolean exists(String link) {
    return Files.exists(Path.of("/sys/class/net", link));
  }

  private static List<String> list() {
    // "name (id: 3)" a line
    return Shell.run("ip", "netns", "list")
        .lines()
        .map(line -> line.replaceAll(" .*", ""))
        .filter(name -> NAME.matcher(name).matches())
        .toList();
  }
}
