package io.understudy.benchmarks;

import io.understudy.ha.HaNode;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A cluster of one real node, which leads itself, in a directory of its own. */
final class SingleNode implements AutoCloseable {
  private final Path directory;
  private final HaNode node;

  SingleNode() throws IOException {
    directory = Files.createTempDirectory("understudy-benchmark");
    String address = "127.0.0.1:" + freePort();
    node =
        HaNode.builder()
            .cluster("benchmark")
            .member("n1")
            .roster("n1")
            .bind(address)
            .peers(address)
            .state(directory.resolve("state"))
            .secret(Secret.of("a benchmark needs one as well"))
            .role(RoleSpec.named("main"))
            .start();
  }

  HaNode node() {
    return node;
  }

  Path directory() {
    return directory;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws IOException {
    node.close();
    List<Path> files;
    try (Stream<Path> walk = Files.walk(directory)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
