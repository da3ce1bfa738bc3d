package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.RevokeReason;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the election thread does because time has passed: the order in which clocks, view, machines
 * and roles hear of it, and the change from one life to the next.
 */
final class Pulse {
  private static final Logger LOG = LoggerFactory.getLogger(Pulse.class);

  private final MemberId self;
  private final NodeElection node;
  private final ClockWatch clocks;
  private final Requests requests;
  private final EventBus events;

  Pulse(MemberId self, NodeElection node, ClockWatch clocks, Requests requests, EventBus events) {
    this.self = self;
    this.node = node;
    this.clocks = clocks;
    this.requests = requests;
    this.events = events;
  }

  /** Before anything else: what did this process miss? */
  void look() {
    ClockWatch.Missed missed = clocks.look(Clocks.read());
    if (missed.wallJumpMillis() > 0) {
      node.lives()
          .end(
              "the wall clock jumped ahead by "
                  + missed.wallJumpMillis()
                  + " ms: it was set, or this machine was suspended");
      serviceMayHaveChanged();
    } else if (missed.wallJumpMillis() < 0) {
      LOG.warn(
          "{} - the wall clock was set back by {} ms; nothing here depends on it",
          self,
          -missed.wallJumpMillis());
    }
    if (missed.pausedNanos() > 0) {
      node.view().lookAnew(missed.pausedNanos());
    }
    node.roles().resignWhatRanOut();
  }

  void tick() {
    WitnessTransport rowWitness = node.rowWitness();
    if (rowWitness != null) {
      rowWitness.look();
    }
    node.view().look();
    node.roles().resignWhatRanOut();
    node.lives().run(MemberCore::tick);
    node.lives().runIfAlive(core -> node.roster().status(core.rosterStatus()));
    node.groups().tick();
    node.roles().tick();
    serviceMayHaveChanged();
    node.view().quorumMayHaveChanged();
    node.facts().tick();
    node.placements().tick();
  }

  /** When something is due. */
  long wakeAtNanos() {
    long machines = node.groups().wakeAtNanos(node.lives().wakeAtNanos());
    long decisions = node.roles().wakeAtNanos(node.placements().wakeAtNanos(machines));
    return node.facts().wakeAtNanos(decisions);
  }

  /** Something threw that must not: in doubt nothing is led. */
  void fault(Throwable fault) {
    node.lives().end("an internal error ended the election: " + fault);
    serviceMayHaveChanged();
    LOG.error("{} - the election failed; this life has ended and another begins", self, fault);
  }

  /**
   * Closes the gates when a life has ended, and sets the next one going once the state can be
   * stored.
   */
  private void serviceMayHaveChanged() {
    node.lives()
        .pollChange()
        .ifPresent(
            change -> {
              if (!change.inService()) {
                node.roles().lifeEnded(RevokeReason.INELIGIBLE);
                requests.abandon();
              } else {
                enterAgain();
              }
              events.publish(
                  new HaEvent.ServiceChanged(Instant.now(), change.inService(), change.reason()));
            });
  }

  private void enterAgain() {
    node.lives()
        .run(
            core -> {
              core.runForRoster();
              node.roster().changed(core.roster());
            });
    node.roles().enterAll();
    node.roster().wishAgain();
  }
}
