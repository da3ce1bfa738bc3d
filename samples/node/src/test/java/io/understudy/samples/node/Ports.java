package io.understudy.samples.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Free ports to listen on, and the ports that a process listens on. */
public final class Ports {
  private static final int LOWEST = 10_000;

  /** Below the range from which Linux takes ports for outgoing connections. */
  private static final int BOUND = 32_000;

  /** Failure detection may listen beside the port that is configured. */
  private static final int COMPANION_OFFSET = 100;

  private static final String LISTENING = "0A";

  private Ports() {}

  /** Ports that are free on loopback now, and their companions too. */
  public static List<Integer> free(int count) {
    List<Integer> free = new ArrayList<>();
    while (free.size() < count) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, BOUND);
      boolean taken = free.stream().anyMatch(p -> Math.abs(p - port) % COMPANION_OFFSET == 0);
      if (!taken && isFree(port) && isFree(port + COMPANION_OFFSET)) {
        free.add(port);
      }
    }
    return free;
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The TCP ports on which a process of this machine listens, by Linux' tables. */
  public static Set<Integer> listening(long pid) {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      Set<String> inodes = descriptors.map(Ports::target).collect(Collectors.toSet());
      Set<Integer> ports = new TreeSet<>();
      for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
        for (String line : Files.readAllLines(Path.of(table))) {
          String[] fields = line.strip().split("\\s+", -1);
          if (LISTENING.equals(fields[3]) && inodes.contains("socket:[" + fields[9] + "]")) {
            ports.add(Integer.parseInt(fields[1].substring(fields[1].lastIndexOf(':') + 1), 16));
          }
        }
      }
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // closed meanwhile
    }
  }
}
