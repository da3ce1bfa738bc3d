package io.understudy.samples.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Carries the packets between members, late, out of order or twice: what the kernel's netem does,
 * where it is not built in. Each member's data link is a VXLAN device (RFC 7348) whose other end is
 * a socket here, so whole Ethernet frames pass by, and connections stay between the members.
 */
final class PacketRelay implements AutoCloseable {
  static final int PORT = 4789;

  private static final int VXLAN_HEADER_BYTES = 8;
  private static final int MAC_BYTES = 6;
  private static final int MAX_PACKET_BYTES = 1 << 16;

  /** Where the IPv4 header begins, if the frame has one. */
  private static final int IP = VXLAN_HEADER_BYTES + 2 * MAC_BYTES + 2;

  private static final int MIN_HEADERS_BYTES = 40;
  private static final int IPV4 = 0x0800;
  private static final int TCP = 6;

  private final List<Port> ports = new ArrayList<>();
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final Random random = new Random(5);
  private volatile Weather weather = new Weather(0, 0, 0);

  /**
   * What happens to each packet.
   *
   * @param delayMillis it arrives so much later
   * @param jitterMillis and up to so much more
   * @param doubledPercent so many of a hundred arrive twice
   */
  record Weather(int delayMillis, int jitterMillis, int doubledPercent) {}

  /** Where a member is: the last byte of its MAC address is its place. */
  private record Port(DatagramChannel channel, InetSocketAddress member) {}

  /** Connects the next member; the first one has place 1. */
  void connect(String here, String there) {
    try {
      DatagramChannel channel = DatagramChannel.open().bind(new InetSocketAddress(here, PORT));
      Port port = new Port(channel, new InetSocketAddress(there, PORT));
      ports.add(port);
      int place = ports.size();
      Thread thread = new Thread(() -> receive(port, place), "packets from " + there);
      thread.setDaemon(true);
      thread.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot relay for " + there + " at " + here, e);
    }
  }

  void weather(Weather changed) {
    weather = changed;
  }

  private void receive(Port from, int place) {
    ByteBuffer buffer = ByteBuffer.allocate(MAX_PACKET_BYTES);
    try {
      while (from.channel().receive(buffer.clear()) != null) {
        buffer.flip();
        if (buffer.remaining() > VXLAN_HEADER_BYTES + MAC_BYTES) {
          byte[] packet = new byte[buffer.remaining()];
          buffer.get(packet);
          sumUp(packet);
          forward(packet, place);
        }
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  /** The kernel leaves TCP's checksum to a network card that is not there (RFC 9293, 3.1). */
  private static void sumUp(byte[] packet) {
    if (packet.length < IP + MIN_HEADERS_BYTES
        || word(packet, IP - 2) != IPV4
        || packet[IP + 9] != TCP) {
      return;
    }
    int headerBytes = (packet[IP] & 0xF) * 4;
    int tcp = IP + headerBytes;
    int tcpBytes = Math.min(word(packet, IP + 2) - headerBytes, packet.length - tcp);
    packet[tcp + 16] = 0;
    packet[tcp + 17] = 0;
    long sum = (long) TCP + tcpBytes;
    for (int at = IP + 12; at < IP + 20; at += 2) {
      sum += word(packet, at);
    }
    for (int at = tcp; at < tcp + tcpBytes; at += 2) {
      sum += at + 1 < tcp + tcpBytes ? word(packet, at) : (packet[at] & 0xFF) << 8;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    packet[tcp + 16] = (byte) (~sum >>> 8);
    packet[tcp + 17] = (byte) ~sum;
  }

  private static int word(byte[] packet, int at) {
    return ((packet[at] & 0xFF) << 8) | (packet[at + 1] & 0xFF);
  }

  private void forward(byte[] packet, int from) {
    boolean toAll = (packet[VXLAN_HEADER_BYTES] & 1) == 1;
    int to = packet[VXLAN_HEADER_BYTES + MAC_BYTES - 1];
    for (int place = 1; place <= ports.size(); place++) {
      if (place != from && (toAll || place == to)) {
        deliver(packet, ports.get(place - 1));
      }
    }
  }

  private void deliver(byte[] packet, Port to) {
    Weather now = weather;
    int copies = random.nextInt(100) < now.doubledPercent() ? 2 : 1;
    for (int copy = 0; copy < copies; copy++) {
      int delayMillis = now.delayMillis() + random.nextInt(now.jitterMillis() + 1);
      ScheduledFuture<?> unused =
          timer.schedule(() -> send(packet, to), delayMillis, TimeUnit.MILLISECONDS);
    }
  }

  private static void send(byte[] packet, Port to) {
    try {
      to.channel().send(ByteBuffer.wrap(packet), to.member());
    } catch (IOException e) {
      // Lost, as packets may be.
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    for (Port port : ports) {
      try {
        port.channel().close();
      } catch (IOException e) {
        // Closed as far as it can be.
      }
    }
  }
}
