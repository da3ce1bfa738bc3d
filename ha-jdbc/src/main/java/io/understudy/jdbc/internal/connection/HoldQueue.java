package io.understudy.jdbc.internal.connection;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who waits for a connection, for people to see. Threadsafe; a borrow that need not wait pays
 * nothing.
 */
final class HoldQueue {
  private final Set<Place> places = ConcurrentHashMap.newKeySet();

  /** One borrower; its identity tells it from others that came at the same time. */
  static final class Place {
    private final long sinceNanos;

    private Place(long sinceNanos) {
      this.sinceNanos = sinceNanos;
    }
  }

  Place enter(long nowNanos) {
    Place place = new Place(nowNanos);
    places.add(place);
    return place;
  }

  void leave(Place place) {
    places.remove(place);
  }

  int size() {
    return places.size();
  }

  /** How long the one who came first has waited; zero if nobody waits. */
  Duration longest(long nowNanos) {
    long longest = 0;
    for (Place place : places) {
      longest = Math.max(longest, nowNanos - place.sinceNanos);
    }
    return Duration.ofNanos(longest);
  }
}
