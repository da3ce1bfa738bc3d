package io.understudy.ha.internal.jgroups;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jgroups.Address;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Carries one life's messages to the other members and says which of them seem alive.
 *
 * <p>Each member sends a {@link Hello} to every peer each heartbeat interval; a member is reachable
 * while it was heard within the last lease, and is gone at once when it says so, leaves the
 * channel's view, or when its connection breaks and its port refuses. Election messages and hellos
 * go straight over the members' connections, see {@link MemberLink}; the JGroups view is one more
 * witness of who left.
 *
 * <p>Threadsafe. Made for one life: start once, close once.
 */
public final class JGroupsTransport implements AutoCloseable {
  private static final Duration GOODBYE_LIMIT = Duration.ofMillis(300);
  private static final Duration MIN_PATIENCE = Duration.ofSeconds(1);
  private static final int TICKS_PER_HEARTBEAT = 4;

  private final TransportConfig config;
  private final TransportListener listener;
  private final InetSocketAddress listen;
  private final RateLimitedLog troubles;
  private final Sealer sealer;
  private final LiveSockets sockets;
  private final SecureSocketFactory factory;
  private final PeerTable peers;
  private final MemberLink link;
  private final Outboxes outboxes;
  private final FromTheWire incoming = new FromTheWire();
  private final Watches watches;
  private final ClusterChannel channel;
  private final ScheduledExecutorService ticker;
  private final Object reachableLock = new Object();
  private volatile Hello.Presence presence;
  private volatile Set<MemberId> reachable = Set.of();
  private volatile boolean closing;
  private int ticks;

  /**
   * Prepares.
   *
   * @throws IOException if it cannot be told where other members will reach this one
   */
  public JGroupsTransport(TransportConfig config, TransportListener listener) throws IOException {
    this.config = config;
    this.listener = listener;
    this.listen = config.listen();
    this.presence = config.presence();
    String who = config.self().member().value();
    this.troubles =
        new RateLimitedLog(LoggerFactory.getLogger(JGroupsTransport.class), who, System::nanoTime);
    ClusterKeys keys = ClusterKeys.of(config.secret(), config.cluster());
    this.sealer = new Sealer(keys, config.self());
    this.peers = new PeerTable(config.times());
    Duration lease = Duration.ofNanos(config.times().leaseNanos());
    // Something arrives on each connection every heartbeat: a lease of silence is a broken one.
    Duration patience = lease.compareTo(MIN_PATIENCE) < 0 ? MIN_PATIENCE : lease;
    this.sockets = new LiveSockets(keys, config.self(), patience, new FromTheSockets(), troubles);
    this.factory = new SecureSocketFactory(sockets, troubles);
    this.link = new MemberLink(incoming);
    this.channel = new ClusterChannel(config, troubles);
    this.watches = new Watches(sockets, config.times().promiseNanos(), this::died);
    if (!config.crashProof()) {
      sockets.refuseWatchers();
      watches.close();
    }
    this.outboxes = new Outboxes(who, link::send, lease, troubles);
    this.ticker =
        new ScheduledThreadPoolExecutor(1, work -> daemon(work, "understudy-presence-" + who));
  }

  /**
   * Binds, and joins the other members in the background.
   *
   * @throws IOException if the port cannot be bound
   */
  public void start() throws IOException {
    channel.build(listen, factory, link);
    try {
      channel.open();
    } catch (IOException e) {
      close();
      throw e;
    }
    long tickNanos = Math.max(config.times().heartbeatNanos() / TICKS_PER_HEARTBEAT, 1);
    ScheduledFuture<?> unused =
        ticker.scheduleAtFixedRate(this::tick, tickNanos, tickNanos, TimeUnit.NANOSECONDS);
  }

  /** Changes what this member says of itself; told to the others at once. */
  public void presence(Hello.Presence changed) {
    presence = changed;
    if (channel.isListening() && !closing) {
      sayHello(false);
    }
  }

  /**
   * Sends together and in this order, in one message if it fits; best effort. Never blocks. Dropped
   * if the member has not said hello yet, or is this one.
   *
   * @throws IllegalArgumentException if an envelope exceeds the codec's bounds
   */
  public void send(MemberId to, List<Envelope> envelopes) {
    Hello peer = peers.helloOf(to);
    if (peer == null || closing) {
      return;
    }
    for (byte[] content : ParcelCodec.pack(envelopes)) {
      outboxes.offer(peer.listen(), sealer.seal(peer.from(), content));
    }
    sayResignations(peer.from(), envelopes);
  }

  /** A second time, where they arrive though this member hears nobody: they can be repeated. */
  private void sayResignations(Life to, List<Envelope> envelopes) {
    List<Envelope> resignations =
        envelopes.stream().filter(e -> e.message() instanceof Message.Resignation).toList();
    for (byte[] content : ParcelCodec.pack(resignations)) {
      watches.say(to, sealer.seal(to, content));
    }
  }

  /** The members that seem alive, without this one. */
  public Set<MemberId> reachable() {
    return reachable;
  }

  /** The latest words of a member, or null if it never said any to this life. */
  public @Nullable Hello helloOf(MemberId member) {
    return peers.helloOf(member);
  }

  /** Whether a death of that life could be proved now. */
  boolean isWatching(Life life) {
    return watches.isWatching(life);
  }

  /** The channel's present view, for people; empty while there is none. */
  String view() {
    return channel.view();
  }

  /** Says goodbye and closes everything. Takes up to two seconds. */
  @Override
  public void close() {
    if (!beginClosing()) {
      return;
    }
    if (channel.isListening()) {
      sayHello(true);
      outboxes.finish(GOODBYE_LIMIT);
    }
    channel.close();
    closeSockets();
    outboxes.discardAll();
  }

  /** Ends like a killed process: the sockets close, and nobody says anything. For tests. */
  void crash() {
    if (beginClosing()) {
      closeSockets();
      outboxes.discardAll();
      channel.close();
    }
  }

  private synchronized boolean beginClosing() {
    if (closing) {
      return false;
    }
    closing = true;
    channel.giveUp();
    ticker.shutdownNow();
    watches.close();
    return true;
  }

  private void closeSockets() {
    try {
      factory.closeAll();
    } catch (IOException e) {
      troubles.warn(RateLimitedLog.Kind.FAILED, "closing sockets: " + e);
    }
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  private void tick() {
    try {
      if (ticks++ % TICKS_PER_HEARTBEAT == 0) {
        sayHello(false);
      }
      publishReachable();
      watches.keep(peers.addresses());
      watches.renew(System.nanoTime());
      sockets.closeStalled(System.nanoTime());
    } catch (RuntimeException e) {
      troubles.warn(RateLimitedLog.Kind.FAILED, e.toString());
    }
  }

  private void sayHello(boolean leaving) {
    byte[] sealed = sealer.seal(null, Codec.encode(hello(leaving)));
    Set<InetSocketAddress> targets = new HashSet<>(config.peers());
    targets.addAll(peers.addresses());
    targets.remove(listen);
    targets.forEach(target -> outboxes.offer(target, sealed));
  }

  private Hello hello(boolean leaving) {
    return new Hello(config.self(), config.cluster(), config.times(), listen, presence, leaving);
  }

  private void greet(Hello peer) {
    outboxes.offer(peer.listen(), sealer.seal(peer.from(), Codec.encode(hello(false))));
  }

  /** First nobody counts on it any more, then its promises end. */
  private void died(Life life, long tookNanos) {
    peers.died(life, System.nanoTime());
    publishReachable();
    listener.died(life, tookNanos);
  }

  private void publishReachable() {
    synchronized (reachableLock) {
      Set<MemberId> now = peers.reachable(System.nanoTime());
      if (!now.equals(reachable)) {
        reachable = Set.copyOf(now);
        listener.reachable(reachable);
      }
    }
  }

  /** What the sockets tell of connections. */
  private final class FromTheSockets implements LinkObserver {
    @Override
    public void authenticated(InetSocketAddress peer, Life life, boolean outgoing) {
      peers.connected(life);
      Hello known = peers.helloOf(life.member());
      if (known != null) {
        watches.wake(known.listen());
      }
      listener.authenticated(peer, life, outgoing);
    }

    @Override
    public void refused(InetSocketAddress peer, String reason) {
      if (config.peers().contains(peer)) {
        listener.refused(peer, reason);
      }
    }

    @Override
    public void sameMember(InetSocketAddress peer, Life life) {
      listener.sameMember(life, peer);
    }

    /** Asks at once whether the member is still there: its port answers, or refuses. */
    @Override
    public void disconnected(Life life) {
      Hello last = peers.helloOf(life.member());
      if (!closing && last != null && last.from().equals(life)) {
        greet(last);
      }
    }

    @Override
    public void word(byte[] sealed) {
      incoming.receive(null, sealed, 0, sealed.length);
    }

    @Override
    public void unreachable(InetSocketAddress peer) {
      peers.refused(peer, sockets::isConnected, System.nanoTime());
      publishReachable();
    }
  }

  /** What JGroups' threads bring. */
  private final class FromTheWire implements MemberLink.Handler {
    @Override
    public void connected() {
      channel.listens();
      sayHello(false);
    }

    @Override
    public void left(Set<Address> members) {
      peers.gone(members, System.nanoTime());
      publishReachable();
    }

    @Override
    public void message(Address from, byte[] bytes, int offset, int length) {
      receive(from, bytes, offset, length);
    }

    private void receive(@Nullable Address from, byte[] bytes, int offset, int length) {
      if (closing) {
        return;
      }
      try {
        Sealer.Opened opened = sealer.open(bytes, offset, length);
        Payload payload = Codec.decode(opened.content());
        if (payload instanceof Hello hello) {
          greeted(hello, opened.from(), from);
        } else {
          parcel(((Payload.Parcel) payload).envelopes(), opened);
        }
      } catch (MalformedMessageException e) {
        troubles.warn(RateLimitedLog.Kind.DROPPED, String.valueOf(e.getMessage()));
      } catch (RuntimeException e) {
        troubles.warn(RateLimitedLog.Kind.FAILED, e.toString());
      }
    }

    private void greeted(Hello hello, Life from, @Nullable Address channelAddress)
        throws MalformedMessageException {
      if (!hello.from().equals(from) || !hello.cluster().equals(config.cluster())) {
        throw new MalformedMessageException("a hello of " + hello.from() + " sealed by " + from);
      }
      if (from.member().equals(config.self().member())) {
        listener.sameMember(from, hello.listen());
        return;
      }
      PeerTable.News news = peers.heard(hello, channelAddress, System.nanoTime());
      if (news == PeerTable.News.NEW_LIFE) {
        watches.keep(peers.addresses());
        watches.wake(hello.listen());
        greet(hello); // so that it need not wait for the next heartbeat to know this member
        String why = peers.incompatible(from.member());
        if (why != null) {
          listener.incompatible(from.member(), why);
        }
      }
      if (news == PeerTable.News.NEW_LIFE || news == PeerTable.News.CHANGED) {
        listener.hello(hello);
      }
      publishReachable();
    }

    private void parcel(List<Envelope> envelopes, Sealer.Opened opened)
        throws MalformedMessageException {
      Life from = envelopes.get(0).from(); // of all of them
      if (!from.equals(opened.from()) || !opened.addressed()) {
        throw new MalformedMessageException(
            "election messages of " + from + " sealed by " + opened.from());
      }
      if (!peers.heard(opened.from(), System.nanoTime())) {
        throw new MalformedMessageException(
            opened.from() + " has not said hello, or uses other time values");
      }
      listener.received(envelopes);
    }
  }
}
