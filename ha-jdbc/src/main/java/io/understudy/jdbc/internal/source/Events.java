package io.understudy.jdbc.internal.source;

import io.understudy.ha.Subscription;
import io.understudy.jdbc.HaDataSourceEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Tells subscribers what happened, all of them in the same order. Threadsafe. */
final class Events {
  private final String threadName;
  private final List<EventFeed> feeds = new CopyOnWriteArrayList<>();
  private boolean closed; // guarded by this

  Events(String threadName) {
    this.threadName = threadName;
  }

  synchronized Subscription subscribe(Consumer<? super HaDataSourceEvent> listener) {
    if (closed) {
      return () -> {};
    }
    EventFeed feed = new EventFeed(listener, threadName);
    feed.start();
    feeds.add(feed);
    return () -> {
      feeds.remove(feed);
      feed.end();
    };
  }

  /** Publishers are on several threads: one after the other, so that all feeds have one order. */
  synchronized void publish(HaDataSourceEvent event) {
    feeds.forEach(feed -> feed.offer(event));
  }

  synchronized void close() {
    closed = true;
    feeds.forEach(EventFeed::end);
    feeds.clear();
  }
}
