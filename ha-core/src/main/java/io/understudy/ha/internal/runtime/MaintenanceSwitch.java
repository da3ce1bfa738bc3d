package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.internal.facts.Maintenance;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last word on maintenance that this member has heard: said here, or by others. It counts at
 * once and is stored beside, on a thread that ends when it has: a disk that hangs must not hold up
 * the election for it. What could not be stored is tried again with each refresh of the report.
 */
final class MaintenanceSwitch {
  private static final Logger LOG = LoggerFactory.getLogger(MaintenanceSwitch.class);

  private final MemberId self;
  private final Store store;
  private final EventBus events;
  private final AtomicBoolean storing = new AtomicBoolean();
  private volatile Maintenance word;
  private volatile Maintenance stored;
  private volatile String warning = "";

  /** Makes a word durable. */
  interface Store {
    void save(Maintenance word) throws IOException;
  }

  /**
   * With what is on disk.
   *
   * @param self this member
   * @param stored the word on disk
   * @param store makes another one durable; called on a thread of its own
   * @param events gets what people should know
   */
  MaintenanceSwitch(MemberId self, Maintenance stored, Store store, EventBus events) {
    this.self = self;
    this.store = store;
    this.events = events;
    this.word = stored;
    this.stored = stored;
  }

  /** Any thread. */
  Maintenance word() {
    return word;
  }

  /** What an operator should know; empty if nothing. Any thread. */
  String warning() {
    return warning;
  }

  // ---- election thread

  /** An operator has said so here. */
  void say(boolean on) {
    turnTo(word.next(self.value(), on));
  }

  /**
   * Another member has heard that.
   *
   * @return whether it is news
   */
  boolean hear(Maintenance theirs) {
    boolean news = theirs.isNewerThan(word);
    if (news) {
      turnTo(theirs);
    }
    return news;
  }

  private void turnTo(Maintenance next) {
    boolean changes = next.on() != word.on();
    word = next;
    if (changes) {
      LOG.warn(
          "{} - maintenance is {}, said at {}{}",
          self,
          next.on() ? "on" : "off",
          next.by(),
          next.on() ? ": nothing is restarted, moved or begun by itself" : "");
      events.publish(
          new HaEvent.MaintenanceChanged(Instant.now(), next.on(), MemberId.of(next.by())));
    }
    storeIfNeeded();
  }

  /** Does not wait for the disk. */
  void storeIfNeeded() {
    if (!stored.equals(word) && storing.compareAndSet(false, true)) {
      try {
        Threads.ordinary(this::store, "ha-maintenance-" + self).start();
      } catch (OutOfMemoryError e) { // no thread to be had: tried again with the next report
        storing.set(false);
        warning = "the word on maintenance is not stored: " + e;
      }
    }
  }

  // ---- a thread of its own

  private void store() {
    try {
      while (!stored.equals(word)) {
        Maintenance next = word;
        store.save(next);
        stored = next;
      }
      warning = "";
    } catch (IOException | RuntimeException e) {
      String told =
          "maintenance is "
              + (word.on() ? "on" : "off")
              + ", but that could not be stored ("
              + e.getMessage()
              + "): a restart of all members may forget it; tried again every half lease";
      if (warning.isEmpty()) {
        LOG.error("{} - {}", self, told);
      }
      warning = told;
    } finally {
      storing.set(false);
    }
  }
}
