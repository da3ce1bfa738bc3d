package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Connects nodes of one JVM: what arrives, arrives at once. Members can be cut off. */
final class MemoryNetwork {
  private final Map<MemberId, Transport.Listener> listeners = new ConcurrentHashMap<>();
  private final Set<MemberId> isolated = ConcurrentHashMap.newKeySet();
  private final Set<Set<MemberId>> cut = ConcurrentHashMap.newKeySet();
  private volatile Predicate<Envelope> lost = envelope -> false;

  Transport transport(MemberId self) {
    return new Transport() {
      @Override
      public void start(Life life, Listener listener) {
        listeners.put(self, listener);
        tellReachable();
      }

      @Override
      public Set<MemberId> reachable() {
        Set<MemberId> seen = new TreeSet<>();
        if (!isolated.contains(self)) {
          seen.addAll(listeners.keySet());
          seen.removeAll(isolated);
          seen.remove(self);
          seen.removeIf(other -> cut.contains(Set.of(self, other)));
        }
        return seen;
      }

      @Override
      public void send(MemberId to, List<Envelope> envelopes) {
        Listener target = listeners.get(to);
        if (target != null && isConnected(self, to)) {
          List<Envelope> rest = envelopes.stream().filter(lost.negate()).toList();
          if (!rest.isEmpty()) {
            target.received(rest);
          }
        }
      }

      @Override
      public void close() {
        listeners.remove(self);
        tellReachable();
      }
    };
  }

  private boolean isConnected(MemberId from, MemberId to) {
    return !isolated.contains(from) && !isolated.contains(to) && !cut.contains(Set.of(from, to));
  }

  /** These two hear each other no more; others hear both. */
  void cut(MemberId one, MemberId other) {
    cut.add(Set.of(one, other));
    tellReachable();
  }

  /** From now on these messages do not arrive. */
  void lose(Predicate<Envelope> which) {
    lost = which;
  }

  void isolate(MemberId member) {
    isolated.add(member);
    tellReachable();
  }

  void heal() {
    isolated.clear();
    cut.clear();
    tellReachable();
  }

  /** The others will have nothing to do with it. */
  void refuse(MemberId member, String reason) {
    Objects.requireNonNull(listeners.get(member)).refused(reason);
  }

  private void tellReachable() {
    listeners.values().forEach(Transport.Listener::reachableChanged);
  }
}
