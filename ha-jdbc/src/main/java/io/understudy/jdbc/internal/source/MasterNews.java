package io.understudy.jdbc.internal.source;

import io.understudy.jdbc.HaDataSourceEvent;
import io.understudy.jdbc.HaDataSourceEvent.MasterChanged;
import io.understudy.jdbc.HaDataSourceStatus.MasterStatus;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Tells what is new of the masters in a JVM that does not direct, by what it sees itself. A
 * director tells by its own steps, and this one remembers, so that nothing is told twice when it
 * directs no longer. Threadsafe.
 */
final class MasterNews {
  private final Consumer<HaDataSourceEvent> events;
  private final Map<String, MasterStatus> told = new HashMap<>(); // guarded by this

  MasterNews(Consumer<HaDataSourceEvent> events) {
    this.events = events;
  }

  /**
   * Something may have changed.
   *
   * @param directing whether others tell it
   */
  synchronized void look(List<MasterStatus> masters, boolean directing) {
    for (MasterStatus master : masters) {
      MasterStatus before = told.put(master.name(), master);
      if (!directing && (before == null || Changes.isNews(before, master))) {
        events.accept(new MasterChanged(Instant.now(), master));
      }
    }
  }
}
