package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaEvent;
import io.understudy.ha.HaEvent.ResourceState;
import io.understudy.ha.MemberId;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.internal.group.GroupOutput;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people hear of the resources of one role at this member: log, events and last words. */
final class GroupReports {
  private static final Logger LOG = LoggerFactory.getLogger(GroupReports.class);

  static final String HELD =
      "leads, but its resources do not begin: the cluster is in maintenance, and what leads anew"
          + " waits for its end; end maintenance to start them";

  private final MemberId self;
  private final String role;
  private final ResourceGroup group;
  private final EventBus events;

  /** The fail count of each resource, as it was told last. Election thread. */
  private final int[] counts;

  /** The call that was made last, and when. Election thread. */
  private GroupOutput.@Nullable Call current;

  private long currentSinceNanos;

  GroupReports(MemberId self, RoleSpec spec, EventBus events) {
    this.self = self;
    this.role = spec.name();
    this.group = spec.group();
    this.events = events;
    this.counts = new int[group.entries().size()];
  }

  void told(GroupOutput.Told told) {
    String name = group.entries().get(told.resource()).name();
    ResourceState what = ResourceState.valueOf(told.happening().name());
    if (what == ResourceState.FAILED) {
      LOG.warn(
          "{} - {}: resource {} failed{}: {}",
          self,
          role,
          name,
          told.failures() == 0 ? "" : " (failure " + told.failures() + ")",
          told.reason());
    } else {
      LOG.info("{} - {}: resource {} {}", self, role, name, words(what, told.reason()));
    }
    events.publish(
        new HaEvent.ResourceChanged(
            Instant.now(), role, name, what, told.failures(), told.reason()));
    counted(told.resource(), told.failures());
  }

  private static String words(ResourceState what, String reason) {
    String happened =
        what == ResourceState.RESET ? "counts as not failed" : what.name().toLowerCase(Locale.ROOT);
    return reason.isEmpty() ? happened : happened + ": " + reason;
  }

  /** A stop that fails raises no count, and a count that is forgotten is told as such. */
  private void counted(int resource, int failures) {
    boolean rises = failures > counts[resource];
    counts[resource] = failures;
    if (!rises) {
      return;
    }
    boolean beyond = failures > group.restartLimit();
    String name = group.entries().get(resource).name();
    String reason =
        "fail count " + failures + (beyond ? ", beyond the limit of " : ", within the limit of ");
    reason += group.restartLimit();
    if (beyond) {
      LOG.error("{} - {}: resource {}: {}; the role goes elsewhere", self, role, name, reason);
    }
    ResourceState level = beyond ? ResourceState.CRITICAL : ResourceState.WARNING;
    events.publish(new HaEvent.ResourceChanged(Instant.now(), role, name, level, failures, reason));
  }

  void began(GroupOutput.Call call) {
    current = call;
    currentSinceNanos = System.nanoTime();
  }

  private String underWay() {
    GroupOutput.Call call = current;
    if (call == null) {
      return "a call of a resource";
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - currentSinceNanos);
    return "resource %s: its %s has been under way for %d ms"
        .formatted(
            group.entries().get(call.resource()).name(),
            call.operation().name().toLowerCase(Locale.ROOT),
            millis);
  }

  void interrupted() {
    String reason = underWay() + ", which is too long or not wanted any more: interrupted";
    LOG.info("{} - {}: {}", self, role, reason); // a planned move during a check does that
    escalated(HaEvent.Escalation.INTERRUPTED, reason);
  }

  void abandoned() {
    String reason = underWay() + " and has ignored its interruption: left alone";
    LOG.warn("{} - {}: {}", self, role, reason);
    escalated(HaEvent.Escalation.ABANDONED, reason);
  }

  private void escalated(HaEvent.Escalation step, String reason) {
    events.publish(new HaEvent.DeadlineStep(Instant.now(), role, step, reason));
  }

  void givesUp(String reason) {
    LOG.warn("{} - gives {} up: {}", self, role, reason);
  }

  void held(boolean now) {
    if (now) {
      LOG.warn("{} - {}: {}", self, role, HELD);
    } else {
      LOG.info("{} - {}: maintenance holds its resources back no more", self, role);
    }
  }

  void eligible(String reason) {
    if (reason.isEmpty()) {
      LOG.info("{} - its resources let it lead {}", self, role);
    } else {
      LOG.warn("{} - may not lead {}: {}", self, role, reason);
    }
  }

  /** Here and not on the election thread: an exception of the application is its code, too. */
  String reasonOf(long call, Throwable failure) {
    try {
      LOG.debug("{} - {}: call {} failed", self, role, call, failure);
      String message = failure.getMessage();
      return message == null || failure instanceof RuntimeException || failure instanceof Error
          ? failure.toString()
          : message;
    } catch (Throwable e) { // the group must hear of it in any case
      return failure.getClass().getName();
    }
  }

  /** What is said when the group's machine ends the process. */
  byte[] lastWords(GroupOutput.Halt halt) {
    return LastResort.words(
        self + " - role " + role + ": " + halt.reason() + "; this process ends itself");
  }

  /** What is said when nobody has noticed: made beforehand. */
  byte[] lastWords() {
    return LastResort.words(
        self
            + " - role "
            + role
            + ": the lease has ended and the group has not stopped within "
            + group.stopTimeout().toMillis()
            + " ms, and this process has not noticed in time; ends itself with status "
            + LastResort.STATUS);
  }
}
