package io.understudy.ha.internal.jgroups;

import io.understudy.ha.internal.election.Life;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** One {@link Watch} for each address at which another member listens. Threadsafe. */
final class Watches {
  private final LiveSockets live;
  private final long proofNanos;
  private final Watch.Undertaker undertaker;
  private final Map<InetSocketAddress, Watch> watches = new HashMap<>();
  private boolean closed;

  Watches(LiveSockets live, long proofNanos, Watch.Undertaker undertaker) {
    this.live = live;
    this.proofNanos = proofNanos;
    this.undertaker = undertaker;
  }

  /** Watches these addresses and no others. */
  synchronized void keep(Set<InetSocketAddress> addresses) {
    if (closed || addresses.equals(watches.keySet())) {
      return;
    }
    watches
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !addresses.contains(entry.getKey());
              if (gone) {
                entry.getValue().close();
              }
              return gone;
            });
    for (InetSocketAddress address : addresses) {
      if (!watches.containsKey(address)) {
        Watch watch = new Watch(address, live, proofNanos, undertaker);
        watches.put(address, watch);
        watch.start();
      }
    }
  }

  /** A member was heard that listens there. */
  synchronized void wake(InetSocketAddress address) {
    Watch watch = watches.get(address);
    if (watch != null) {
      watch.wake();
    }
  }

  /** Says a sealed message on the quiet connection with that life, if there is one; see Words. */
  synchronized void say(Life life, byte[] sealed) {
    watches.values().stream()
        .filter(watch -> life.equals(watch.watched()))
        .findFirst()
        .ifPresent(watch -> watch.say(sealed));
  }

  /** Replaces connections on which something was said a while ago. */
  synchronized void renew(long nowNanos) {
    watches.values().forEach(watch -> watch.renew(nowNanos));
  }

  /** Whether a death of that life could be proved now. */
  synchronized boolean isWatching(Life life) {
    return watches.values().stream().anyMatch(watch -> life.equals(watch.watched()));
  }

  synchronized void close() {
    closed = true;
    watches.values().forEach(Watch::close);
    watches.clear();
  }
}
