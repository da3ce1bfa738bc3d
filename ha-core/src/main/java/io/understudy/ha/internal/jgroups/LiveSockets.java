package io.understudy.ha.internal.jgroups;

import io.understudy.ha.internal.election.Life;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The authenticated connections of one member, and what they have in common. Threadsafe. */
final class LiveSockets {
  private final ClusterKeys keys;
  private final Life self;
  private final Duration patience;
  private final LinkObserver observer;
  private final RateLimitedLog log;
  private final Set<SecureSocket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean watchable = true;
  private volatile boolean closed;

  /**
   * Without connections.
   *
   * @param patience how long a connection may bring nothing, or take to write, before it is closed
   */
  LiveSockets(
      ClusterKeys keys, Life self, Duration patience, LinkObserver observer, RateLimitedLog log) {
    this.keys = keys;
    this.self = self;
    this.patience = patience;
    this.observer = observer;
    this.log = log;
  }

  /** From now on no other member may watch this one, see {@link Watch}. */
  void refuseWatchers() {
    watchable = false;
  }

  boolean isWatchable() {
    return watchable;
  }

  ClusterKeys keys() {
    return keys;
  }

  Life self() {
    return self;
  }

  int patienceMillis() {
    return (int) patience.toMillis();
  }

  LinkObserver observer() {
    return observer;
  }

  /** Refuses this process, and reports another one under its name. */
  void checkPeer(Life peer, InetSocketAddress where) throws HandshakeException {
    try {
      Handshake.checkPeer(self, peer);
    } catch (HandshakeException e) {
      if (e.reason() == HandshakeException.Reason.SAME_MEMBER) {
        observer.sameMember(where, peer);
      }
      throw e;
    }
  }

  /** This member connected to a peer and was refused, or refused it. */
  void refused(InetSocketAddress peer, HandshakeException why) {
    if (why.reason() == HandshakeException.Reason.SELF) {
      return;
    }
    log.warn(RateLimitedLog.Kind.REFUSED, "connecting to " + peer + ": " + why.getMessage());
    if (why.reason() == HandshakeException.Reason.OTHER_SECRET) {
      observer.refused(peer, String.valueOf(why.getMessage()));
    }
  }

  void add(SecureSocket socket) throws SocketException {
    open.add(socket);
    if (closed) {
      close(socket);
    }
    checkOpen();
  }

  void checkOpen() throws SocketException {
    if (closed) {
      throw new SocketException("this member is closing");
    }
  }

  void remove(SecureSocket socket) {
    Handshake.Session session = socket.session();
    if (!open.remove(socket) || session == null) {
      return;
    }
    if (!isConnected(session.peer())) {
      observer.disconnected(session.peer());
    }
  }

  /** Whether there is a connection with that life. */
  boolean isConnected(Life life) {
    for (SecureSocket socket : open) {
      Handshake.Session session = socket.session();
      if (session != null && session.peer().equals(life)) {
        return true;
      }
    }
    return false;
  }

  void forged(SecureSocket socket) {
    log.warn(RateLimitedLog.Kind.REFUSED, "altered data on " + socket);
  }

  /** Ends writes that take too long, so that no thread waits for a peer that does not read. */
  void closeStalled(long nowNanos) {
    for (SecureSocket socket : open) {
      if (socket.isStalled(nowNanos, patience.toNanos())) {
        log.warn(RateLimitedLog.Kind.FAILED, "the peer does not read: " + socket);
        close(socket);
      }
    }
  }

  /** Closes every connection and lets none be made any more. */
  void closeAll() {
    closed = true;
    open.forEach(LiveSockets::close);
  }

  private static void close(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Closed as far as it can be.
    }
  }
}
