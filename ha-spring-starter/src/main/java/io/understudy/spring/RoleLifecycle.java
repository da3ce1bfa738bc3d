package io.understudy.spring;

import io.understudy.ha.HaNode;
import io.understudy.ha.Leadership;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.Role;
import io.understudy.ha.RoleListener;
import io.understudy.ha.RoleSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;

/**
 * Campaigns for the configured roles from the end of the application's start to the beginning of
 * its stop. The node itself lives longer, from the creation of its bean to its destruction, because
 * its vote and its data source are needed all that time.
 *
 * <p>Started last, when the web server already serves: an application that is still starting must
 * not take a role from one that works. Nothing waits here for an election, so readiness never
 * depends on other members. Stopped first, before the web server's graceful shutdown: the successor
 * takes over while requests in flight, which may last, end under the epoch that they began with.
 */
final class RoleLifecycle implements SmartLifecycle, RoleListener {
  private static final Logger LOG = LoggerFactory.getLogger(RoleLifecycle.class);

  private final HaNode node;
  private final List<RoleSpec> roles;
  private final ApplicationEventPublisher events;

  /** Those that listeners were told of and that have not ended. Guarded by this. */
  private final Set<Leadership> held = new HashSet<>();

  /** What waits for the last leadership to end. Guarded by this. */
  private @Nullable Runnable whenReleased;

  private volatile boolean running;

  RoleLifecycle(HaNode node, List<RoleSpec> roles, ApplicationEventPublisher events) {
    this.node = node;
    this.roles = List.copyOf(roles);
    this.events = events;
  }

  @Override
  public void start() {
    running = true;
    for (RoleSpec role : roles) {
      if (node.role(role.name()).isEmpty()) {
        node.declare(role.listening(this));
      }
    }
  }

  @Override
  public void elected(Leadership leadership) {
    boolean wanted;
    synchronized (this) {
      wanted = running;
      if (wanted) {
        held.add(leadership);
      }
    }
    if (wanted) {
      events.publishEvent(new RoleElectedEvent(leadership));
    } else {
      // Nobody else could lead for a lease, so this member won again what it gave up.
      resign(leadership.role());
    }
  }

  @Override
  public void revoked(Leadership leadership, RevokeReason reason) {
    synchronized (this) {
      if (!held.contains(leadership)) {
        return;
      }
    }
    try {
      events.publishEvent(new RoleRevokedEvent(leadership, reason));
    } finally {
      release(leadership);
    }
  }

  private void release(Leadership leadership) {
    Runnable waiting = null;
    synchronized (this) {
      held.remove(leadership);
      if (held.isEmpty()) {
        waiting = whenReleased;
        whenReleased = null;
      }
    }
    if (waiting != null) {
      waiting.run();
    }
  }

  /** Resigns, and reports back when every listener has been told; Spring bounds the wait. */
  @Override
  public void stop(Runnable callback) {
    boolean released;
    synchronized (this) {
      running = false;
      released = held.isEmpty();
      if (!released) {
        whenReleased = callback;
      }
    }
    roles.forEach(role -> resign(role.name()));
    if (released) {
      callback.run();
    }
  }

  @Override
  public void stop() {
    stop(() -> {});
  }

  private void resign(String name) {
    node.role(name)
        .filter(Role::isLeader)
        .ifPresent(
            role ->
                role.resign()
                    .whenComplete(
                        (done, refusal) -> {
                          if (refusal != null) {
                            LOG.debug("{} - {} was not resigned", node.member(), name, refusal);
                          }
                        }));
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
