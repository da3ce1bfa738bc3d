package io.understudy.spring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Addresses, state directories and the secret of a cluster on the loopback interface. */
final class Site {
  private final Path directory;
  private final List<Integer> ports;

  private Site(Path directory, List<Integer> ports) {
    this.directory = directory;
    this.ports = ports;
  }

  static Site of(int members, Path directory) {
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve("secret"), "all members of a test share this\n");
      return new Site(directory, freePorts(members));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What differs from the README's configuration, for the member n1, n2, ... */
  String[] properties(int member) {
    return new String[] {
      "ha.cluster=shop",
      "ha.member=n" + member,
      "ha.roster=" + names(),
      "ha.bind=127.0.0.1:" + ports.get(member - 1),
      "ha.peers="
          + ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",")),
      "ha.state=" + directory.resolve("n" + member),
      "ha.secret-file=" + directory.resolve("secret"),
    };
  }

  private String names() {
    return IntStream.rangeClosed(1, ports.size())
        .mapToObj(it -> "n" + it)
        .collect(Collectors.joining(","));
  }

  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    }
    List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    return ports;
  }
}
