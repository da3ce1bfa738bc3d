package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.internal.group.GroupStep;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The resource groups of all roles of a node, and the guard over them. */
final class Groups {
  private static final Logger LOG = LoggerFactory.getLogger(Groups.class);
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final MemberId self;
  private final Shared shared;
  private final @Nullable GuardianLink guardian;
  private final RunNotes notes;
  private final DeadlineGuard guard;
  private final List<GroupRuntime> groups = new CopyOnWriteArrayList<>();
  private volatile boolean maintenance;

  /**
   * What all groups of a node share.
   *
   * @param loop runs a task on the election thread
   * @param events gets what people should know
   * @param lastResort ends the process
   * @param answers where the application's code goes on
   * @param changed is called on the election thread when other members should hear of a group
   */
  record Shared(
      Consumer<Runnable> loop,
      EventBus events,
      LastResort lastResort,
      Executor answers,
      Runnable changed) {}

  Groups(MemberId self, Shared shared, @Nullable GuardianLink guardian, RunNotes notes) {
    this.self = self;
    this.shared = shared;
    this.guardian = guardian;
    this.notes = notes;
    String name = "ha-deadline-" + self.value();
    this.guard = new DeadlineGuard(shared.lastResort(), work -> Threads.urgent(work, name));
  }

  /**
   * Any thread.
   *
   * @throws IllegalArgumentException if a resource outlives the process and names no stop command
   * @throws IllegalStateException if its time could not be guarded
   */
  GroupRuntime make(RoleSpec spec, RoleLinks role) {
    if (GroupRuntime.movesInOrder(spec)) {
      guard.start(); // first: nothing knows of the group yet
    }
    GroupWatch watch =
        guardian == null ? GroupWatch.NONE : guardian.watch(spec, role.eligibilityChanged());
    return new GroupRuntime(spec, self, new GroupRuntime.Links(shared, role, watch, notes));
  }

  /**
   * Any thread: from now on its time counts. A group that has nothing to do before its role moves
   * needs none of that.
   */
  void add(GroupRuntime group) {
    if (group.movesInOrder()) {
      groups.add(group);
      guard.add(group);
      shared.loop().accept(() -> group.maintenance(maintenance));
    }
  }

  /** Nothing is restarted or moved for a while, and nothing begins. Election thread. */
  void maintenance(boolean on) {
    maintenance = on;
    groups.forEach(group -> group.maintenance(on));
  }

  /** See {@link GroupRuntime#requireMovable}, of each. Election thread. */
  void requireMovable() {
    groups.forEach(GroupRuntime::requireMovable);
  }

  /** Election thread. */
  void tick() {
    for (GroupRuntime group : groups) {
      group.tick();
    }
  }

  /** The earlier of that time and what the groups wait for. Election thread. */
  long wakeAtNanos(long othersNanos) {
    long earliest = othersNanos;
    for (GroupRuntime group : groups) {
      long at = group.wakeAtNanos();
      if (earliest == GroupStep.NEVER || (at != GroupStep.NEVER && at - earliest < 0)) {
        earliest = at;
      }
    }
    return earliest;
  }

  /**
   * Stops all groups while their roles are still led, and waits until they have, or their time to
   * stop is over; however often this thread is interrupted meanwhile. Any thread but the election's
   * and those of the groups.
   *
   * @param leave is told on the election thread which role need not be led any more
   */
  void stopAll(Consumer<String> leave) {
    CountDownLatch working = new CountDownLatch(groups.size());
    Duration longest = GRACE;
    for (GroupRuntime group : groups) {
      Runnable stopped =
          () -> {
            working.countDown();
            leave.accept(group.role());
          };
      shared.loop().accept(() -> group.stopThen(stopped));
      Duration needs = group.stopTimeout().plus(GRACE);
      longest = needs.compareTo(longest) > 0 ? needs : longest;
    }
    if (!await(working, longest.toNanos())) {
      LOG.error("{} - {} groups have not stopped in {}", self, working.getCount(), longest);
    }
  }

  private static boolean await(CountDownLatch working, long limitNanos) {
    long untilNanos = System.nanoTime() + limitNanos;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return working.await(untilNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Whether a call of a resource runs on the current thread. */
  boolean isCurrentThread() {
    return groups.stream().anyMatch(GroupRuntime::isCurrentThread);
  }

  /** The election has ended. The guard has not, while anything may be at work. */
  void close() {
    groups.forEach(GroupRuntime::close);
    notes.close();
    List<String> working = mayWork();
    if (working.isEmpty()) {
      guard.close();
    } else {
      LOG.error("{} - closed, but {} may work: this process will end itself", self, working);
    }
  }

  /** The roles of which something may be at work. Any thread. */
  List<String> mayWork() {
    return groups.stream()
        .filter(group -> group.haltAtNanos() != GroupStep.NEVER)
        .map(GroupRuntime::role)
        .toList();
  }
}
