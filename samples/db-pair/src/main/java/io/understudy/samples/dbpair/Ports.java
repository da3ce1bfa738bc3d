package io.understudy.samples.dbpair;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free TCP ports of 127.0.0.1, from below the range that the kernel hands out by itself: a server
 * that is dead for a while must find its port free when it comes back.
 */
final class Ports {
  private static final int LOWEST = 20_000;
  private static final int HIGHEST = 30_000;
  private static final int ATTEMPTS = 1_000;

  private Ports() {}

  static List<Integer> free(int count) {
    List<Integer> ports = new ArrayList<>();
    for (int attempt = 0; attempt < ATTEMPTS && ports.size() < count; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
      if (!ports.contains(port) && isFree(port)) {
        ports.add(port);
      }
    }
    if (ports.size() < count) {
      throw new DatabasePairException(
          "found %d of %d free ports on 127.0.0.1 between %d and %d in %d attempts"
              .formatted(ports.size(), count, LOWEST, HIGHEST, ATTEMPTS));
    }
    return Collections.unmodifiableList(ports);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // as the servers do
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
