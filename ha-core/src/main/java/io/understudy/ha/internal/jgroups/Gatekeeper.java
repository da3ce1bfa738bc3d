package io.understudy.ha.internal.jgroups;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.understudy.ha.internal.election.Life;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/**
 * Accepts connections and shakes hands with them, all on one thread of its own that never waits for
 * any of them. A stranger costs a file descriptor and some hundred bytes until he is found out, or
 * for {@link Greeting#LIMIT_MILLIS} at most. There are never more than {@link #MAX_PENDING}
 * unauthenticated connections, and {@link #MAX_PENDING_PER_SOURCE} from one address: the oldest is
 * closed to make room, since a member needs only milliseconds, so that a flood cannot keep members
 * out.
 */
final class Gatekeeper {
  static final int MAX_PENDING = 64;
  static final int MAX_PENDING_PER_SOURCE = 16;

  private static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(Greeting.LIMIT_MILLIS);
  private static final long ERROR_PAUSE_MILLIS = 100;

  /** Few, so that between two turns nobody is pushed out who has said his part already. */
  private static final int ACCEPTS_PER_TURN = 8;

  private final ServerSocketChannel server;
  private final Selector selector;
  private final LiveSockets live;
  private final Predicate<SecureSocket> members;
  private final RateLimitedLog log;
  private final Thread thread;

  /** In order of arrival, so the first is the oldest. */
  private final Deque<PendingConnection> pending = new ArrayDeque<>();

  private final Watchers watchers;
  private final List<PendingConnection> finished = new ArrayList<>();
  private final Cache<InetAddress, LongAdder> refusals =
      Caffeine.newBuilder().maximumSize(1024).expireAfterAccess(Duration.ofHours(1)).build();
  private volatile boolean closed;

  /**
   * Prepares.
   *
   * @param members takes authenticated connections; false if it has no room
   */
  Gatekeeper(
      ServerSocketChannel server,
      LiveSockets live,
      Predicate<SecureSocket> members,
      RateLimitedLog log)
      throws IOException {
    this.server = server;
    this.live = live;
    this.members = members;
    this.log = log;
    this.watchers = new Watchers(live.observer()::word);
    this.selector = Selector.open();
    this.thread = new Thread(this::run, "understudy-gate-" + live.self().member());
    thread.setDaemon(true);
  }

  void start() throws IOException {
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
    thread.start();
  }

  /** Returns when the port is free again. */
  void close() {
    closed = true;
    selector.wakeup();
    if (Thread.currentThread() != thread) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(1));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    try {
      while (!closed) {
        turn();
      }
    } finally {
      watchers.closeAll(); // first and always: a bare end would tell that this process has died
      pending.forEach(PendingConnection::close);
      closeQuietly(server);
      closeQuietly(selector);
    }
  }

  private void turn() {
    try {
      selector.select(this::ready, waitMillis());
      closeOverdue();
      handOver();
    } catch (IOException | RuntimeException | Error e) { // whoever guards the door must not die
      log.warn(RateLimitedLog.Kind.FAILED, "accepting connections: " + e);
      pause();
    }
  }

  private long waitMillis() {
    PendingConnection oldest = pending.peekFirst();
    if (oldest == null) {
      return 0; // until something happens
    }
    long leftNanos = oldest.sinceNanos() + LIMIT_NANOS - System.nanoTime();
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1);
  }

  /** Out of file descriptors, most likely: strangers are the first to go. */
  private void pause() {
    pending.forEach(PendingConnection::close);
    pending.clear();
    try {
      Thread.sleep(ERROR_PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  private void ready(SelectionKey key) {
    if (!key.isValid()) {
      return;
    }
    if (key.isAcceptable()) {
      acceptAll();
    } else if (key.attachment() instanceof PendingConnection connection) {
      advance(connection);
    } else if (key.attachment() instanceof Watchers.Watcher watcher) {
      watchers.readable(watcher);
    }
  }

  private void acceptAll() {
    try {
      SocketChannel next = server.accept();
      for (int count = 1;
          next != null;
          next = count++ < ACCEPTS_PER_TURN ? server.accept() : null) {
        admit(next);
      }
    } catch (IOException e) {
      log.warn(RateLimitedLog.Kind.FAILED, "accepting connections: " + e);
      pause();
    }
  }

  private void admit(SocketChannel channel) {
    try {
      PendingConnection connection =
          new PendingConnection(channel, new ServerHandshake(live.keys(), live.self()));
      makeRoomFor(connection);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, connection);
      pending.addLast(connection);
      advance(connection);
    } catch (IOException e) {
      closeQuietly(channel);
    }
  }

  private void makeRoomFor(PendingConnection connection) {
    List<PendingConnection> sameSource =
        pending.stream().filter(other -> other.source().equals(connection.source())).toList();
    PendingConnection victim = null;
    if (sameSource.size() >= MAX_PENDING_PER_SOURCE) {
      victim = sameSource.get(0);
    } else if (pending.size() >= MAX_PENDING) {
      victim = pending.peekFirst();
    }
    if (victim != null) {
      drop(victim, "too many at once");
    }
  }

  private void advance(PendingConnection connection) {
    try {
      if (connection.advance()) {
        pending.remove(connection);
        finished.add(connection);
      }
    } catch (HandshakeException e) {
      connection.say(ServerHandshake.refusal(e));
      drop(connection, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      drop(connection, "it ended before the handshake did");
    }
  }

  private void closeOverdue() {
    long now = System.nanoTime();
    for (PendingConnection oldest = pending.peekFirst();
        oldest != null && now - oldest.sinceNanos() >= LIMIT_NANOS;
        oldest = pending.peekFirst()) {
      drop(oldest, "no handshake within " + Greeting.LIMIT_MILLIS + " ms");
    }
  }

  private void drop(PendingConnection connection, String why) {
    pending.remove(connection);
    connection.close();
    LongAdder count = refusals.get(connection.source(), source -> new LongAdder());
    count.increment();
    log.warn(
        RateLimitedLog.Kind.REFUSED,
        connection.peer() + " (" + count.sum() + " from that address): " + why);
  }

  /** Outside of the selection, because a channel that blocks must not be registered. */
  private void handOver() {
    for (PendingConnection connection : finished) {
      InetSocketAddress peer = connection.peer();
      try {
        Handshake.Session session = connection.session();
        live.checkPeer(session.peer(), peer);
        live.observer().authenticated(peer, session.peer(), false); // before anybody uses it
        if (session.purpose() == Handshake.Purpose.WATCH) {
          bewatched(connection, session.peer());
        } else {
          talk(connection, session);
        }
      } catch (IOException e) {
        connection.close();
        if (!(e instanceof HandshakeException)) {
          log.warn(RateLimitedLog.Kind.FAILED, "taking over the connection of " + peer + ": " + e);
        }
      }
    }
    finished.clear();
  }

  private void talk(PendingConnection connection, Handshake.Session session) throws IOException {
    SecureSocket socket = new SecureSocket(live, connection.release(selector), session);
    if (!members.test(socket)) {
      socket.close();
    }
  }

  private void bewatched(PendingConnection connection, Life by) throws IOException {
    if (live.isWatchable()) {
      watchers.take(connection.key(selector), by.member());
    } else {
      Watchers.closeAlive(connection.channel());
    }
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      // Closed as far as it can be.
    }
  }
}
