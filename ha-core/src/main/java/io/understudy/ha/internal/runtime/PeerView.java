package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom this member sees right now, and whether that is a quorum of the roster. Evidence for the
 * machines and news for people, never a verdict. Election thread only, but for the volatile
 * getters.
 */
final class PeerView {
  private static final Logger LOG = LoggerFactory.getLogger(PeerView.class);

  private final HaConfig config;
  private final Transport transport;
  private final Lives lives;
  private final RosterRuntime roster;
  private final EventBus events;
  private final SilenceWatch silence;
  private long lookAgainNanos = System.nanoTime();
  private volatile Set<MemberId> reachable = Set.of();
  private volatile boolean quorum;

  /** Nobody is seen yet. */
  PeerView(
      HaConfig config, Transport transport, Lives lives, RosterRuntime roster, EventBus events) {
    this.config = config;
    this.transport = transport;
    this.lives = lives;
    this.roster = roster;
    this.events = events;
    this.silence = new SilenceWatch(config.timing().lease().toNanos(), System.nanoTime());
    this.quorum = seesQuorum(Set.of());
  }

  /** The others that are seen. Any thread. */
  Set<MemberId> reachable() {
    return reachable;
  }

  /** Whether this member and those it sees are a quorum. Any thread. */
  boolean hasQuorum() {
    return quorum;
  }

  /** Since when who is silent. Any thread may ask. */
  SilenceWatch silence() {
    return silence;
  }

  /** It begins to listen. Before the election thread runs. */
  void begin() {
    silence.anew(System.nanoTime());
  }

  /** Sees whom the transport reaches. */
  void look() {
    if (System.nanoTime() - lookAgainNanos >= 0) {
      see(transport.reachable());
    }
    silence.look(reachable, System.nanoTime());
  }

  /** A report of it has arrived, on whatever way. */
  void heard(MemberId member) {
    silence.heard(member, System.nanoTime());
  }

  /**
   * After a pause longer than a lease nothing is known of the others: what was seen before it is
   * forgotten, and for a heartbeat only what is heard since counts.
   */
  void lookAnew(long pausedNanos) {
    LOG.warn(
        "{} - paused for {} ms, longer than a lease; looks for the others anew",
        config.member(),
        TimeUnit.NANOSECONDS.toMillis(pausedNanos));
    see(Set.of());
    silence.anew(System.nanoTime());
    lookAgainNanos = System.nanoTime() + config.timing().heartbeat().toNanos();
  }

  /** A death was proved. Out of the view first, so that nobody waits for the rank of the dead. */
  void bury(Life life, long tookNanos) {
    Set<MemberId> left = new TreeSet<>(reachable);
    left.retainAll(transport.reachable());
    see(left);
    if (!left.contains(life.member())) { // else its next life is seen already
      silence.died(life.member());
    }
    lives.run(core -> core.inputAll(new Input.Learned(new Evidence.Died(life))));
    Duration took = Duration.ofNanos(tookNanos);
    LOG.info("{} - {} has died, proved within {} ms", config.member(), life, took.toMillis());
    events.publish(
        new HaEvent.DeathProved(
            Instant.now(), life.member(), Long.toHexString(life.incarnation()), took));
  }

  private void see(Set<MemberId> members) {
    if (members.equals(reachable)) {
      return;
    }
    reachable = Set.copyOf(members);
    lives.run(core -> core.inputAll(new Input.PeersSeen(reachable)));
    List<MemberId> seen = new ArrayList<>(members);
    seen.add(config.member());
    seen.sort(Comparator.naturalOrder());
    LOG.info("{} - sees {}", config.member(), seen);
    events.publish(new HaEvent.ViewChanged(Instant.now(), List.copyOf(seen)));
    quorumMayHaveChanged();
  }

  /** Others are seen, another roster is in force, or the peer of a pair counts as fenced. */
  void quorumMayHaveChanged() {
    boolean now = seesQuorum(reachable);
    if (now != quorum) {
      quorum = now;
      LOG.info("{} - quorum {}", config.member(), now ? "held" : "lost");
      events.publish(new HaEvent.QuorumChanged(Instant.now(), now));
    }
  }

  private boolean seesQuorum(Set<MemberId> members) {
    return roster.roster().isQuorum(m -> m.equals(config.member()) || members.contains(m))
        || lives.isAlone();
  }
}
