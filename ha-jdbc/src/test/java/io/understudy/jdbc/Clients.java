package io.understudy.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that order in transactions at all members, each looking for its last order first, and
 * write down what was acknowledged and when.
 */
final class Clients implements AutoCloseable {
  private static final long PAUSE_NANOS = Duration.ofMillis(2).toNanos();

  private final List<Thread> threads = new ArrayList<>();
  private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
  private final Queue<Long> times = new ConcurrentLinkedQueue<>();
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;

  Clients(List<HaDataSource> sources, int perMember) {
    for (int member = 0; member < sources.size(); member++) {
      HaDataSource source = sources.get(member);
      for (int i = 0; i < perMember; i++) {
        String name = "client-" + member + "-" + i;
        threads.add(new Thread(() -> run(name, source), name));
      }
    }
    threads.forEach(Thread::start);
  }

  private void run(String name, HaDataSource source) {
    long last = 0;
    for (int number = 1; !stopped; number++) {
      String note = name + "-" + number;
      try {
        last = order(source, note, last);
        times.add(System.nanoTime());
        acknowledged.add(note);
      } catch (SQLException | RuntimeException e) {
        errors.add(note + ": " + e);
        last = 0; // it may be lost for ever, which is said once
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private static long order(HaDataSource source, String note, long last) throws SQLException {
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      if (last > 0 && !isThere(connection, last)) {
        throw new IllegalStateException("order " + last + " is not there in " + connection);
      }
      long id = Site.order(connection, note);
      connection.commit();
      return id;
    }
  }

  private static boolean isThere(Connection connection, long id) throws SQLException {
    try (PreparedStatement look =
        connection.prepareStatement("SELECT note FROM orders WHERE id = ?")) {
      look.setLong(1, id);
      try (ResultSet rows = look.executeQuery()) {
        return rows.next();
      }
    }
  }

  int count() {
    return acknowledged.size();
  }

  /** The longest time without any acknowledgement that touches the interval. */
  Duration longestPause(long fromNanos, long toNanos) {
    List<Long> sorted = new ArrayList<>(times);
    Collections.sort(sorted);
    long longest = 0;
    for (int i = 1; i < sorted.size(); i++) {
      boolean within = sorted.get(i) - fromNanos >= 0 && toNanos - sorted.get(i - 1) >= 0;
      longest = within ? Math.max(longest, sorted.get(i) - sorted.get(i - 1)) : longest;
    }
    return Duration.ofNanos(longest);
  }

  List<String> errors() {
    return List.copyOf(errors);
  }

  List<String> acknowledged() {
    return List.copyOf(acknowledged);
  }

  @Override
  public void close() {
    stop();
  }

  /** Ends all threads; what was under way is done. */
  void stop() {
    stopped = true;
    for (Thread thread : threads) {
      try {
        thread.join(Duration.ofSeconds(30).toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
