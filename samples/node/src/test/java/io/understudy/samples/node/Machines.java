package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Members on machines of their own, as far as one kernel can pretend: each has its network and its
 * mounts, which outlive the member's process; one LAN where clients and a gateway are; and a shared
 * storage that each reaches over its own cable.
 *
 * <pre>
 *   n1  data 10.77.1.2 ---- router ---- 10.77.2.2 data  n2     the members among themselves
 *       lan  10.78.0.1 ---- bridge ---- 10.78.0.2 lan          clients; gateway 10.78.0.254
 *       device ------------ shared ------------ device         storage
 * </pre>
 *
 * All of it lives in the namespaces of a {@link Network}, and ends with it.
 */
final class Machines implements Site {
  static final String DEVICE = "lan";
  static final String GATEWAY = "10.78.0.254";
  private static final String CLIENT = "10.78.0.253";
  private static final String LAN = "lan";
  private static final String BRIDGE = "bridge";

  private final Network network;
  private final Path directory;
  private final Map<String, Process> holders = new HashMap<>();
  private final List<String> members;

  /** Machines for the members of a network, with their files below a directory. */
  Machines(Network network, Path directory) {
    this.network = network;
    this.directory = directory;
    this.members = network.members();
    try {
      Files.createDirectories(shared());
      Shell.run("ip", "netns", "add", network.namespace(LAN));
      inLan(
          """
          link set lo up
          link add name %1$s type bridge
          addr add %2$s/24 dev %1$s
          addr add %3$s/24 dev %1$s
          link set %1$s up
          """
              .formatted(BRIDGE, CLIENT, GATEWAY));
      for (String member : members) {
        Files.createDirectories(directory(member).resolve("device"));
        layCable(member);
        powerOn(member);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void layCable(String member) {
    Shell.feed(
        "link add name %s netns %s type veth peer name %s netns %s\n"
            .formatted(DEVICE, network.namespace(member), port(member), network.namespace(LAN)),
        "ip",
        "-batch",
        "-");
    inLan("link set %s master %s\n".formatted(port(member), BRIDGE));
  }

  private void inLan(String lines) {
    Shell.feed(lines, "ip", "-n", network.namespace(LAN), "-batch", "-");
  }

  private void inside(String member, String lines) {
    Shell.feed(lines, "ip", "-n", network.namespace(member), "-batch", "-");
  }

  private static String port(String member) {
    return "to-" + member;
  }

  /** The content of the storage that all machines share. */
  Path shared() {
    return directory.resolve("shared");
  }

  /** What belongs to one machine; the storage's cable is {@code device} in it. */
  Path directory(String member) {
    return directory.resolve("machine-" + member);
  }

  /** Loses its network, and then everything that runs on it: nobody hears an orderly end. */
  void powerOff(NodeProcess node) {
    String member = node.name();
    network.inject(Fault.cut(member));
    unplug(member);
    for (String pid :
        Shell.run("ip", "netns", "pids", network.namespace(member)).lines().toList()) {
      ProcessHandle.of(Long.parseLong(pid.strip())).ifPresent(ProcessHandle::destroyForcibly);
    }
    node.kill();
    inside(member, "addr flush dev " + DEVICE + "\n");
  }

  /** An empty machine with its network and its cables; members are started on it anew. */
  void powerOn(String member) {
    network.heal();
    inside(
        member,
        """
        addr add 10.78.0.%1$d/24 dev %2$s
        link set %2$s up
        """
            .formatted(members.indexOf(member) + 1, DEVICE));
    plug(member);
    List<String> holder = new ArrayList<>(network.prefix(member));
    holder.addAll(List.of("sleep", "infinity"));
    holders.put(member, start(holder));
    // The holder has its own mounts when its command runs.
    await(member + " is on")
        .pollInterval(Duration.ofMillis(10))
        .atMost(Cluster.PATIENCE)
        .until(() -> commandLine(holders.get(member)).startsWith("sleep"));
    run(member, "mount", "--bind", shared().toString(), device(member));
  }

  private String device(String member) {
    return directory(member).resolve("device").toString();
  }

  private static Process start(List<String> command) {
    try {
      return new ProcessBuilder(command).start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command, e);
    }
  }

  private static String commandLine(Process process) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The machine is alone in the LAN: no client reaches it, and it reaches no gateway. */
  void unplug(String member) {
    inLan("link set %s down\n".formatted(port(member)));
  }

  void plug(String member) {
    inLan("link set %s up\n".formatted(port(member)));
  }

  /** Whether the gateway answers; clients and machines see each other all the same. */
  void gateway(boolean answers) {
    inLan("addr %s %s/24 dev %s\n".formatted(answers ? "add" : "del", GATEWAY, BRIDGE));
  }

  /** Whether one machine has a way to the gateway. */
  void wayToGateway(String member, boolean open) {
    inside(member, "route %s unreachable %s/32\n".formatted(open ? "del" : "add", GATEWAY));
  }

  boolean reachesGateway(String member) {
    String ping = "ping -c 1 -W 1 " + GATEWAY + " > /dev/null 2>&1 && echo yes || echo no";
    return run(member, "sh", "-c", ping).equals("yes");
  }

  /** From now on nothing can be written to the storage from one machine. */
  void makeStorageReadOnly(String member, Path mounted) {
    run(member, "mount", "-o", "remount,bind,ro", device(member));
    run(member, "mount", "-o", "remount,bind,ro", mounted.toString());
  }

  /** Takes a mounted directory away from one machine, though it is in use. */
  void unmount(String member, Path mounted) {
    run(member, "umount", "--lazy", mounted.toString());
  }

  /** Runs a short command on a machine. */
  String run(String member, String... command) {
    List<String> words = new ArrayList<>(prefix(member));
    words.addAll(List.of(command));
    return Shell.run(words.toArray(new String[0]));
  }

  /** Starts a client in the LAN, with its output in a file. */
  Process client(Path output, List<String> command) {
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", network.namespace(LAN)));
    words.addAll(command);
    try {
      return new ProcessBuilder(words)
          .redirectOutput(output.toFile())
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + words, e);
    }
  }

  @Override
  public String host(String member) {
    return network.host(member);
  }

  @Override
  public String httpHost(String member) {
    return network.httpHost(member);
  }

  /** Becomes the command, so the process keeps its id; in the directory of this process. */
  @Override
  public List<String> prefix(String member) {
    String holder = Long.toString(holders.get(member).pid());
    return List.of("nsenter", "--target", holder, "--mount", "--net", "--wd", "--");
  }
}
