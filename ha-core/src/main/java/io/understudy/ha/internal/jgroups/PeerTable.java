package io.understudy.ha.internal.jgroups;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.TimeValues;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jgroups.Address;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the other members: their present lives, where they listen, when they were last
 * heard. Everything here was learned from sealed messages. Threadsafe.
 */
final class PeerTable {
  private static final int MAX_PEERS = Codec.MAX_ELEMENTS;
  private static final Duration MEMORY = Duration.ofHours(1);

  private final TimeValues times;
  private final Cache<MemberId, Peer> peers =
      Caffeine.newBuilder().maximumSize(MAX_PEERS).expireAfterAccess(MEMORY).build();

  /** Lives that another life of the same member took the place of. */
  private final Cache<Life, Life> superseded =
      Caffeine.newBuilder().maximumSize(MAX_PEERS).expireAfterWrite(MEMORY).build();

  /** What a {@link Hello} meant. */
  enum News {
    /** A life that was not known. */
    NEW_LIFE,
    /** It says something new. */
    CHANGED,
    /** A repetition. */
    SAME,
    /** From a life whose place another one has taken, or that has said goodbye. */
    IGNORED
  }

  private static final class Peer {
    Hello hello;
    @Nullable Address channel;
    final @Nullable String incompatible;
    long heardNanos;
    boolean gone;
    long goneNanos;

    /** Gone, and no connection was made since: what is still being handled was sent before. */
    boolean cutOff;

    Peer(Hello hello, @Nullable String incompatible) {
      this.hello = hello;
      this.incompatible = incompatible;
    }

    Life life() {
      return hello.from();
    }
  }

  PeerTable(TimeValues times) {
    this.times = times;
  }

  /** A member gave a sign of life. */
  synchronized News heard(Hello hello, @Nullable Address channel, long nowNanos) {
    Peer peer = peers.getIfPresent(hello.from().member());
    Peer present;
    News news;
    if (peer == null || !peer.life().equals(hello.from())) {
      if (hello.leaving() || isSuperseded(hello.from(), peer, nowNanos)) {
        return News.IGNORED;
      }
      if (peer != null) {
        superseded.put(peer.life(), hello.from());
      }
      present = new Peer(hello, mismatch(hello.times()));
      news = News.NEW_LIFE;
    } else if (peer.hello.leaving()) {
      return News.IGNORED;
    } else {
      present = peer;
      news = peer.hello.equals(hello) ? News.SAME : News.CHANGED;
    }
    present.hello = hello;
    present.channel = channel;
    touch(present, nowNanos);
    if (hello.leaving()) {
      leave(present, nowNanos);
    }
    peers.put(hello.from().member(), present);
    return news;
  }

  /**
   * An old life that is still talking counts again only when the one in its place has fallen
   * silent.
   */
  private boolean isSuperseded(Life life, @Nullable Peer present, long nowNanos) {
    return superseded.getIfPresent(life) != null && present != null && alive(present, nowNanos);
  }

  /**
   * A member's message arrived. Messages overtake each other: a life's last ones, its resignations
   * among them, may come after its goodbye and still count.
   *
   * @return whether it may be passed on: the life said hello before, and uses the same time values
   */
  synchronized boolean heard(Life life, long nowNanos) {
    Peer peer = peers.getIfPresent(life.member());
    if (peer == null || !peer.life().equals(life)) {
      return false;
    }
    if (!peer.hello.leaving()) {
      touch(peer, nowNanos);
    }
    return peer.incompatible == null;
  }

  /** What arrives just after a member was found gone was sent before, and proves nothing. */
  private void touch(Peer peer, long nowNanos) {
    boolean justGone = peer.gone && nowNanos - peer.goneNanos < times.heartbeatNanos() / 2;
    if (peer.cutOff || justGone) {
      return;
    }
    peer.gone = false;
    peer.heardNanos = nowNanos;
  }

  /**
   * A port refuses: the member there is gone until it makes a connection.
   *
   * @param connected whether there still is a connection with a life; then the port proves nothing
   */
  synchronized void refused(InetSocketAddress listen, Predicate<Life> connected, long nowNanos) {
    for (Peer peer : peers.asMap().values()) {
      if (peer.hello.listen().equals(listen) && !connected.test(peer.life())) {
        leave(peer, nowNanos);
        peer.cutOff = true;
      }
    }
  }

  /** A process has ended: the life that it was is gone for ever. */
  synchronized void died(Life life, long nowNanos) {
    Peer peer = peers.getIfPresent(life.member());
    if (peer != null && peer.life().equals(life)) {
      leave(peer, nowNanos);
      peer.cutOff = true;
    }
  }

  /** A connection was made with a life; what it says counts from now on. */
  synchronized void connected(Life life) {
    Peer peer = peers.getIfPresent(life.member());
    if (peer != null && peer.life().equals(life)) {
      peer.cutOff = false;
    }
  }

  /**
   * Members left the channel's view. Views err: who is still talking to this member has not gone.
   */
  synchronized void gone(Set<Address> left, long nowNanos) {
    for (Peer peer : peers.asMap().values()) {
      if (peer.channel != null
          && left.contains(peer.channel)
          && nowNanos - peer.heardNanos > 2 * times.heartbeatNanos()) {
        leave(peer, nowNanos);
      }
    }
  }

  private static void leave(Peer peer, long nowNanos) {
    peer.gone = true;
    peer.goneNanos = nowNanos;
  }

  private boolean alive(Peer peer, long nowNanos) {
    return !peer.gone && nowNanos - peer.heardNanos < times.leaseNanos();
  }

  /** The members that were heard within the last lease and are not known to have gone since. */
  synchronized Set<MemberId> reachable(long nowNanos) {
    return peers.asMap().values().stream()
        .filter(peer -> peer.incompatible == null && alive(peer, nowNanos))
        .map(peer -> peer.life().member())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The latest words of a member, or null if it never said any. */
  synchronized @Nullable Hello helloOf(MemberId member) {
    Peer peer = peers.getIfPresent(member);
    return peer == null ? null : peer.hello;
  }

  /** Why the member cannot be worked with, or null if it can or is not known. */
  synchronized @Nullable String incompatible(MemberId member) {
    Peer peer = peers.getIfPresent(member);
    return peer == null ? null : peer.incompatible;
  }

  /** Where the known members listen, except those that have left in good order. */
  synchronized Set<InetSocketAddress> addresses() {
    return peers.asMap().values().stream()
        .filter(peer -> !peer.hello.leaving())
        .map(peer -> peer.hello.listen())
        .collect(Collectors.toSet());
  }

  private @Nullable String mismatch(TimeValues theirs) {
    if (theirs.equals(times)) {
      return null;
    }
    return "it uses "
        + describe(theirs)
        + ", this member "
        + describe(times)
        + "; all members must use the same";
  }

  private static String describe(TimeValues values) {
    return "lease "
        + Duration.ofNanos(values.leaseNanos()).toMillis()
        + " ms, heartbeat "
        + Duration.ofNanos(values.heartbeatNanos()).toMillis()
        + " ms, clock rate error "
        + values.rho();
  }
}
