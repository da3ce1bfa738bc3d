package io.understudy.samples.gameday;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free TCP ports of 127.0.0.1, from below the range that the kernel hands out by itself: an
 * application that was killed must find its ports free when it comes back.
 */
final class Ports {
  private static final int LOWEST = 10_000;
  private static final int HIGHEST = 19_900; // database pairs take theirs from 20000 on
  private static final int ATTEMPTS = 1_000;

  /** JGroups' failure detection listens beside the port that is configured. */
  private static final int COMPANION_OFFSET = 100;

  private Ports() {}

  static List<Integer> free(int count) {
    Set<Integer> ports = new TreeSet<>();
    for (int attempt = 0; attempt < ATTEMPTS && ports.size() < count; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST - COMPANION_OFFSET);
      boolean clear = ports.stream().allMatch(it -> Math.abs(it - port) % COMPANION_OFFSET != 0);
      if (clear && isFree(port) && isFree(port + COMPANION_OFFSET)) {
        ports.add(port);
      }
    }
    if (ports.size() < count) {
      throw new GameDayException(
          "found %d of %d free ports on 127.0.0.1 between %d and %d"
              .formatted(ports.size(), count, LOWEST, HIGHEST));
    }
    return List.copyOf(ports);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
