package io.understudy.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * Threads of several members that order and note what they got, whatever they order through. The
 * masters' auto-increment offsets tell which one took an order: the first gives odd ids.
 */
final class Callers implements AutoCloseable {
  private static final long BETWEEN_NANOS = Duration.ofMillis(5).toNanos();
  private static final long AFTER_ERROR_NANOS = Duration.ofMillis(50).toNanos();

  /** Two masters that take orders within so short a time take them at once. */
  private static final long AT_ONCE_NANOS = Duration.ofMillis(500).toNanos();

  private final List<Thread> threads = new ArrayList<>();
  private final Queue<Taken> taken = new ConcurrentLinkedQueue<>();
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;

  /** An order that was acknowledged. */
  record Taken(long nanos, int member, long id) {
    boolean byFirst() {
      return id % 2 == 1;
    }
  }

  Callers(List<? extends DataSource> sources, int perMember) {
    for (int member = 0; member < sources.size(); member++) {
      for (int i = 0; i < perMember; i++) {
        int number = member;
        DataSource source = sources.get(member);
        threads.add(new Thread(() -> run(number, source), "caller-" + member + "-" + i));
      }
    }
    threads.forEach(Thread::start);
  }

  private void run(int member, DataSource source) {
    while (!stopped) {
      try {
        long id = order(source);
        taken.add(new Taken(System.nanoTime(), member, id));
        LockSupport.parkNanos(BETWEEN_NANOS);
      } catch (SQLException | RuntimeException e) {
        errors.add(member + ": " + e);
        LockSupport.parkNanos(AFTER_ERROR_NANOS);
      }
    }
  }

  private static long order(DataSource source) throws SQLException {
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      long id = Site.order(connection, Thread.currentThread().getName());
      connection.commit();
      return id;
    }
  }

  List<Taken> taken() {
    return taken.stream().sorted(Comparator.comparingLong(Taken::nanos)).toList();
  }

  List<String> errors() {
    return List.copyOf(errors);
  }

  /** Whether every member has had an order acknowledged since then. */
  boolean allServedSince(long fromNanos, int members) {
    return taken.stream()
            .filter(it -> it.nanos() - fromNanos > 0)
            .map(Taken::member)
            .distinct()
            .count()
        == members;
  }

  /** The longest time without any order of a member, the worst of all members. */
  Duration withoutService(int members) {
    long longest = 0;
    for (int member = 0; member < members; member++) {
      int one = member;
      List<Taken> own = taken().stream().filter(it -> it.member() == one).toList();
      for (int i = 1; i < own.size(); i++) {
        longest = Math.max(longest, own.get(i).nanos() - own.get(i - 1).nanos());
      }
    }
    return Duration.ofNanos(longest);
  }

  /**
   * How many orders one master took while the other one took orders too, before and after: the
   * fewer of the two, so those on the wrong master. A change of the writer gives none.
   */
  long onTheWrongMaster() {
    List<Taken> all = taken();
    long first = atOnce(all, true);
    long second = atOnce(all, false);
    return Math.min(first, second);
  }

  private static long atOnce(List<Taken> all, boolean byFirst) {
    long[] others =
        all.stream().filter(it -> it.byFirst() != byFirst).mapToLong(Taken::nanos).toArray();
    return all.stream()
        .filter(it -> it.byFirst() == byFirst)
        .filter(it -> isBetween(others, it.nanos()))
        .count();
  }

  private static boolean isBetween(long[] others, long nanos) {
    boolean before = false;
    boolean after = false;
    for (long other : others) {
      before |= other - nanos <= 0 && nanos - other < AT_ONCE_NANOS;
      after |= other - nanos > 0 && other - nanos < AT_ONCE_NANOS;
    }
    return before && after;
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
