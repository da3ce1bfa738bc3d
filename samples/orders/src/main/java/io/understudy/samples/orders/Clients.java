package io.understudy.samples.orders;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads that make orders, after one that sees to it that there is a table for them. */
final class Clients {
  private static final Logger log = LoggerFactory.getLogger(Clients.class);
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long TABLE_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final DataSource source;
  private final Optional<String> tokens;
  private final List<OrderClient> clients;
  private final long intervalNanos;
  private final Runnable began;
  private final List<Thread> threads = new ArrayList<>(); // guarded by this
  private volatile boolean stopped;

  /**
   * Makes clients that {@link #start} sets to work.
   *
   * @param source the database
   * @param tokens the table of commit tokens, if there is to be one
   * @param clients what they do
   * @param perSecond how many orders all of them make
   * @param began is called once there is a table
   */
  Clients(
      DataSource source,
      Optional<String> tokens,
      List<OrderClient> clients,
      int perSecond,
      Runnable began) {
    this.source = source;
    this.tokens = tokens;
    this.clients = List.copyOf(clients);
    this.intervalNanos = clients.size() * NANOS_PER_SECOND / perSecond;
    this.began = began;
  }

  void start() {
    begin(this::createTable, "orders-table");
  }

  private synchronized void begin(Runnable work, String name) {
    if (!stopped) {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  private void createTable() {
    while (!stopped && !tableIsThere()) {
      LockSupport.parkNanos(TABLE_RETRY_NANOS);
    }
    if (stopped) {
      return;
    }
    began.run();
    for (int i = 0; i < clients.size(); i++) {
      int number = i;
      begin(() -> run(number), "orders-client-" + number);
    }
  }

  private boolean tableIsThere() {
    try (Connection connection = source.getConnection()) {
      OrderTable.create(connection);
      if (tokens.isPresent()) {
        OrderTable.createTokens(connection, tokens.get());
      }
      return true;
    } catch (SQLException e) {
      log.info("the table of orders cannot be made yet: {}", e.getMessage());
      return false;
    }
  }

  /** Late orders are not made up for: after a pause one is enough. */
  private void run(int number) {
    OrderClient client = clients.get(number);
    long nextNanos = System.nanoTime() + intervalNanos * number / clients.size();
    while (!stopped) {
      long leftNanos = nextNanos - System.nanoTime();
      if (leftNanos > 0) {
        LockSupport.parkNanos(leftNanos);
        continue;
      }
      try {
        long now = System.nanoTime();
        nextNanos = client.attempt() ? Math.max(nextNanos + intervalNanos, now) : now + RETRY_NANOS;
      } catch (RuntimeException e) {
        log.error("client {} failed; it goes on", number, e);
        nextNanos = System.nanoTime() + TABLE_RETRY_NANOS;
      }
    }
  }

  /** Lets attempts under way end; borrowers stop waiting. */
  synchronized void stop() {
    stopped = true;
    threads.forEach(LockSupport::unpark);
  }

  /** Waits for all to end, that long at most. */
  void awaitEnd(long millis) {
    long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    List<Thread> all;
    synchronized (this) {
      all = List.copyOf(threads);
    }
    try {
      for (Thread thread : all) {
        TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, untilNanos - System.nanoTime()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
