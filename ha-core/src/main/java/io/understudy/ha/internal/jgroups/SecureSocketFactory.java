package io.understudy.ha.internal.jgroups;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jgroups.util.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Gives JGroups sockets on which nobody but members can be met. Strangers never reach JGroups' own
 * parser. There are no sockets without authentication: datagram sockets and channels are refused.
 */
final class SecureSocketFactory implements SocketFactory {
  private final Set<ServerSocket> servers = ConcurrentHashMap.newKeySet();
  private final LiveSockets live;
  private final RateLimitedLog log;

  SecureSocketFactory(LiveSockets live, RateLimitedLog log) {
    this.live = live;
    this.log = log;
  }

  @Override
  public Socket createSocket(String service) {
    return new SecureSocket(live);
  }

  @Override
  public Socket createSocket(String service, String host, int port) throws IOException {
    return connected(new InetSocketAddress(host, port), null);
  }

  @Override
  public Socket createSocket(String service, InetAddress address, int port) throws IOException {
    return connected(new InetSocketAddress(address, port), null);
  }

  @Override
  public Socket createSocket(
      String service, String host, int port, InetAddress localAddress, int localPort)
      throws IOException {
    return connected(
        new InetSocketAddress(host, port), new InetSocketAddress(localAddress, localPort));
  }

  @Override
  public Socket createSocket(
      String service, InetAddress address, int port, InetAddress localAddress, int localPort)
      throws IOException {
    return connected(
        new InetSocketAddress(address, port), new InetSocketAddress(localAddress, localPort));
  }

  private Socket connected(InetSocketAddress to, @Nullable InetSocketAddress from)
      throws IOException {
    SecureSocket socket = new SecureSocket(live);
    try {
      if (from != null) {
        socket.bind(from);
      }
      socket.connect(to);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  @Override
  public ServerSocket createServerSocket(String service) throws IOException {
    SecureServerSocket socket = new SecureServerSocket(live, log);
    servers.add(socket);
    return socket;
  }

  @Override
  public ServerSocket createServerSocket(String service, int port) throws IOException {
    return createServerSocket(service, port, 0);
  }

  @Override
  public ServerSocket createServerSocket(String service, int port, int backlog) throws IOException {
    return bound(new InetSocketAddress(port), backlog);
  }

  @Override
  public ServerSocket createServerSocket(String service, int port, int backlog, InetAddress address)
      throws IOException {
    return bound(new InetSocketAddress(address, port), backlog);
  }

  private ServerSocket bound(InetSocketAddress address, int backlog) throws IOException {
    ServerSocket socket = createServerSocket("bound");
    try {
      socket.bind(address, backlog);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  @Override
  public SocketChannel createSocketChannel(String service) throws IOException {
    throw refused();
  }

  @Override
  public ServerSocketChannel createServerSocketChannel(String service) throws IOException {
    throw refused();
  }

  @Override
  public DatagramSocket createDatagramSocket(String service) throws SocketException {
    throw refused();
  }

  @Override
  public DatagramSocket createDatagramSocket(String service, SocketAddress address)
      throws SocketException {
    throw refused();
  }

  @Override
  public DatagramSocket createDatagramSocket(String service, int port) throws SocketException {
    throw refused();
  }

  @Override
  public DatagramSocket createDatagramSocket(String service, int port, InetAddress address)
      throws SocketException {
    throw refused();
  }

  @Override
  public MulticastSocket createMulticastSocket(String service) throws IOException {
    throw refused();
  }

  @Override
  public MulticastSocket createMulticastSocket(String service, int port) throws IOException {
    throw refused();
  }

  @Override
  public MulticastSocket createMulticastSocket(String service, SocketAddress address)
      throws IOException {
    throw refused();
  }

  /** Closes every socket made here, without a word to the other sides. */
  void closeAll() throws IOException {
    for (ServerSocket server : servers) {
      close(server);
    }
    live.closeAll();
  }

  private static SocketException refused() {
    return new SocketException("only authenticated stream sockets are opened here");
  }

  @Override
  public void close(Socket socket) throws IOException {
    socket.close();
  }

  @Override
  public void close(ServerSocket socket) throws IOException {
    servers.remove(socket);
    socket.close();
  }

  @Override
  public void close(DatagramSocket socket) {
    socket.close();
  }
}
