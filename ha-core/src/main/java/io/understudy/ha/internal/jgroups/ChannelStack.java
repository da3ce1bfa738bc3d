package io.understudy.ha.internal.jgroups;

import io.understudy.ha.internal.election.TimeValues;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jgroups.JChannel;
import org.jgroups.PhysicalAddress;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.NoBundler;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.pbcast.ClientGmsImpl;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.JoinRsp;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.IpAddress;
import org.jgroups.stack.Protocol;
import org.jgroups.util.DefaultThreadFactory;
import org.jgroups.util.SocketFactory;

/**
 * The JGroups stack: one listening port, no multicast, no diagnostics, no virtual threads.
 *
 * <ul>
 *   <li>A broken connection raises a suspicion itself ({@code enable_suspect_events}), so there is
 *       no second port for it as FD_SOCK2 would need.
 *   <li>No bundler: who sends waits for his own destination only. Members' messages are sent by a
 *       thread per destination, see {@link Outbox}.
 *   <li>No flow control and no fragmentation: nothing is sent through the channel's upper end.
 *   <li>Views are evidence beside the members' own signs of life, so they may take a second or two.
 * </ul>
 */
final class ChannelStack {
  private static final int CONNECT_TIMEOUT_MILLIS = 500;
  private static final int ADDRESS_TIMEOUT_MILLIS = 500;
  private static final int MAX_FRAME_BYTES = 4 * 1024 * 1024;
  private static final int BUFFER_BYTES = 16 * 1024;
  private static final int MAX_THREADS = 64;
  private static final long RETRY_MILLIS = 1000;

  private ChannelStack() {}

  static JChannel build(
      TransportConfig config, InetSocketAddress listen, SocketFactory sockets, MemberLink link)
      throws Exception {
    List<PhysicalAddress> peers = new ArrayList<>();
    config.peers().forEach(peer -> peers.add(new IpAddress(peer)));
    List<Protocol> protocols = new ArrayList<>();
    protocols.add(transport(config.bind(), listen, sockets, peers));
    protocols.add(link);
    protocols.add(discovery(peers));
    protocols.addAll(failureDetection(config.times()));
    protocols.addAll(delivery());
    protocols.add(membership());
    return new JChannel(protocols).name(config.self().toString());
  }

  private static Protocol transport(
      InetSocketAddress bind,
      InetSocketAddress listen,
      SocketFactory sockets,
      Collection<PhysicalAddress> peers) {
    MemberTcp tcp = new MemberTcp(peers);
    tcp.setBufferedInputStreamSize(BUFFER_BYTES).setBufferedOutputStreamSize(BUFFER_BYTES);
    tcp.logAcceptError(false);
    tcp.setSockConnTimeout(CONNECT_TIMEOUT_MILLIS)
        .setPeerAddrReadTimeout(ADDRESS_TIMEOUT_MILLIS)
        .setMaxLength(MAX_FRAME_BYTES)
        .tcpNodelay(true)
        .logDetails(false)
        .enableSuspectEvents(true);
    tcp.setBindAddr(bind.getAddress());
    tcp.setBindPort(bind.getPort());
    tcp.setPortRange(0);
    if (!listen.equals(bind)) {
      InetAddress reachableAt = listen.getAddress();
      tcp.setExternalAddr(reachableAt);
    }
    tcp.useVirtualThreads(false);
    tcp.setBundler(new NoBundler());
    tcp.setSocketFactory(sockets);
    tcp.setThreadFactory(new DefaultThreadFactory("understudy", true, true));
    tcp.getThreadPool().setMinThreads(0).setMaxThreads(MAX_THREADS);
    return tcp;
  }

  private static Protocol discovery(Collection<PhysicalAddress> peers) {
    TCPPING discovery = new TCPPING();
    discovery.setInitialHosts2(peers);
    discovery.setPortRange(0);
    discovery.asyncDiscovery(true);
    discovery.asyncDiscoveryUseSeparateThread(true);
    return discovery;
  }

  private static List<Protocol> failureDetection(TimeValues times) {
    long silenceMillis =
        Math.min(Math.max(TimeUnit.NANOSECONDS.toMillis(times.leaseNanos()), 1000), 10_000);
    FD_ALL3 heartbeats = new FD_ALL3();
    heartbeats.setTimeout(silenceMillis);
    heartbeats.setInterval(silenceMillis / 5);
    return List.of(
        new MERGE3().setMinInterval(500).setMaxInterval(1500),
        heartbeats,
        new VERIFY_SUSPECT2().setTimeout(100));
  }

  private static List<Protocol> delivery() {
    UNICAST3 unicast = new UNICAST3();
    unicast.setXmitInterval(500);
    return List.of(new NAKACK2().useMcastXmit(false).setXmitInterval(500), unicast, new STABLE());
  }

  private static Protocol membership() {
    return new GMS()
        .printLocalAddress(false)
        .joinTimeout(300)
        .setMaxJoinAttempts(10)
        .setLeaveTimeout(300)
        .setMergeTimeout(1000)
        .setViewAckCollectionTimeout(500)
        .logViewWarnings(false);
  }

  /** Ends an attempt to join soon, so that the channel can be closed; no effect after it. */
  static void abortJoin(JChannel channel) {
    GMS membership = channel.getProtocolStack().findProtocol(GMS.class);
    if (membership.getImpl() instanceof ClientGmsImpl joining) {
      joining.handleJoinResponse(new JoinRsp("this member is closing"));
    }
  }

  static void pauseBeforeRetry() {
    try {
      Thread.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
