package io.understudy.ha;

import io.understudy.ha.spi.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Hosts on one Ethernet: network namespaces with an interface {@code eth0} each, and a bridge in
 * one of its own. Their names hold this process' id, so that those of a killed one are removed.
 */
final class Lan implements AutoCloseable {
  private static final String PREFIX = "ha-lan-";
  private static final String SWITCH = "switch";

  private final String own = PREFIX + ProcessHandle.current().pid() + "-";
  private final List<String> hosts = new ArrayList<>();

  Lan(String... names) {
    removeStale();
    try {
      add(SWITCH);
      in(SWITCH, "ip", "link", "add", "br0", "type", "bridge");
      in(SWITCH, "ip", "link", "set", "br0", "up");
      for (String name : names) {
        connect(name, hosts.size());
      }
    } catch (IllegalStateException e) {
      close();
      throw e;
    }
  }

  /** Why this cannot work here; empty if it can. */
  static Optional<String> obstacle(String... programs) throws IOException {
    if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
      return Optional.of("network namespaces need root");
    }
    for (String program : programs) {
      boolean found =
          List.of("/bin", "/sbin", "/usr/bin", "/usr/sbin").stream()
              .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
      if (!found) {
        return Optional.of(program + " is not installed");
      }
    }
    try {
      new Lan().close();
      return Optional.empty();
    } catch (IllegalStateException e) {
      return Optional.of("network namespaces are not possible here: " + e.getMessage());
    }
  }

  /** The address of host number n is 10.77.0.n and fd77::n, beginning with 1. */
  private void connect(String name, int number) {
    add(name);
    String port = "port" + number;
    in(
        SWITCH,
        "ip",
        "link",
        "add",
        port,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        namespace(name));
    in(SWITCH, "ip", "link", "set", port, "master", "br0", "up");
    in(name, "ip", "link", "set", "lo", "up");
    in(name, "ip", "link", "set", "eth0", "up");
    in(name, "ip", "address", "add", "10.77.0." + number + "/24", "dev", "eth0");
    in(name, "ip", "address", "add", "fd77::" + number + "/64", "dev", "eth0", "nodad");
  }

  private void add(String name) {
    hosts.add(name);
    run("ip", "netns", "add", namespace(name));
  }

  String namespace(String host) {
    return own + host;
  }

  /** Runs a command on a host; what it printed. */
  String in(String host, String... command) {
    return told(attempt(host, command), command);
  }

  CommandRun attempt(String host, String... command) {
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace(host)));
    words.addAll(List.of(command));
    return run(words);
  }

  private static String told(CommandRun run, String... command) {
    if (!run.ended() || run.status() != 0) {
      throw new IllegalStateException(String.join(" ", command) + " failed: " + run);
    }
    return run.told();
  }

  private static CommandRun run(List<String> words) {
    try {
      return CommandRun.of(words, Map.of(), "", Duration.ofSeconds(20));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void run(String... command) {
    String unused = told(run(List.of(command)), command);
  }

  private static void removeStale() {
    Path place = Path.of("/run/netns");
    if (!Files.isDirectory(place)) {
      return; // no namespace was ever made here
    }
    try (var names = Files.list(place)) {
      for (Path file : names.toList()) {
        String name = String.valueOf(file.getFileName());
        String pid = name.replaceFirst("^" + PREFIX + "([0-9]+)-.*", "$1");
        if (pid.matches("[0-9]{1,10}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
          run("ip", "netns", "del", name);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    for (String host : hosts) {
      if (Files.exists(Path.of("/run/netns", namespace(host)))) {
        run("ip", "netns", "del", namespace(host));
      }
    }
  }
}
