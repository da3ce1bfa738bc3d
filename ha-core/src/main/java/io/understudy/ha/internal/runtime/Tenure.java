package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.internal.election.Output;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leadership of a role that this member holds, from the election to its end, and who was told
 * of it: the gate first, and when that lets it begin the application and the group.
 */
final class Tenure {
  private static final Logger LOG = LoggerFactory.getLogger(Tenure.class);

  private final RoleSpec spec;
  private final MemberId self;
  private final Told told;
  private final LongFunction<Lease> leases;
  private final GroupRuntime group;
  private final RoleGate gate;

  /**
   * What the application may rely on; set on the courier's thread, so that callbacks agree with it.
   */
  private volatile @Nullable Grant handedOut;

  /** The running leadership; written by the election thread alone. */
  private volatile @Nullable Grant running;

  /** Whether people were told of it: not while the last leader may still be at work. */
  private volatile boolean begun;

  private Lease lease = new Lease(0, Long.MIN_VALUE);

  /** So that the ends of leaderships are told in order; never held while anything slow is done. */
  private final Object telling = new Object();

  /** Tells of the running leadership, or has done so; guarded by {@link #telling}. */
  private @Nullable Runnable handingOut;

  /**
   * Who is told.
   *
   * @param events get what people should know
   * @param courier delivers callbacks on the role's own thread
   * @param registerLost is told of each end
   * @param begins is called when the application may rely on a leadership
   */
  record Told(EventBus events, Courier courier, Consumer<Grant> registerLost, Runnable begins) {}

  Tenure(
      RoleSpec spec,
      MemberId self,
      Told told,
      LongFunction<Lease> leases,
      RoleRuntime.Parts parts) {
    this.spec = spec;
    this.self = self;
    this.told = told;
    this.leases = leases;
    this.group = parts.group();
    this.gate = new RoleGate(spec, group.outlivesProcess(), this::begin, parts.gates());
  }

  /** What keeps it from beginning beside the last leader. */
  RoleGate gate() {
    return gate;
  }

  /** The running leadership, also before it begins. Any thread. */
  @Nullable Grant running() {
    return running;
  }

  /** What the application was told of last, if it was not taken back. Any thread. */
  @Nullable Grant handedOut() {
    return handedOut;
  }

  // ---- election thread -------------------------------------------------------------------------

  void elected(Output.Elected elected) {
    lease = leases.apply(elected.leaseUntilNanos());
    begun = false;
    running = new Grant(spec.name(), elected.epoch(), lease);
    gate.elected(elected.epoch());
  }

  /** Nobody else is at work: tells people, and starts the group; or the group goes on. */
  private void begin() {
    Grant grant = running;
    if (grant == null) {
      return;
    }
    if (begun) {
      group.resume();
      return;
    }
    synchronized (telling) {
      if (grant.isEnded() || (spec.takeover().isConditional() && !grant.isValid())) {
        return; // its lease ran out while it waited, and the machine will say so
      }
      told.events().publish(new HaEvent.Elected(Instant.now(), spec.name(), grant.epoch()));
      begun = true;
      Runnable handing = () -> handOut(grant);
      handingOut = handing;
      told.courier().deliver(handing);
    }
    LOG.info("{} - leads {} in epoch {}", self, spec.name(), grant.epoch());
    group.led(grant, lease);
  }

  void extend(Output.Extend extend) {
    Grant grant = running;
    if (grant != null) {
      lease = leases.apply(extend.leaseUntilNanos());
      grant.extend(lease);
      group.extended(lease);
    }
  }

  /** Ends whatever runs. */
  void revoked(RevokeReason reason) {
    Grant grant = running;
    if (grant != null) {
      revoked(grant.epoch(), reason);
    }
  }

  void revoked(long epoch, RevokeReason reason) {
    Grant grant = running;
    if (grant == null || grant.epoch() != epoch) {
      return; // never announced: the register was not committed in time
    }
    running = null;
    boolean ends;
    synchronized (telling) {
      ends = grant.end() && begun;
      if (ends) {
        tellRevoked(grant, reason);
      }
    }
    group.lost();
    gate.lost();
    if (ends) { // else the watcher was faster, and has told it
      logRevoked(grant, reason);
    }
  }

  // ---- the watcher's thread --------------------------------------------------------------------

  /**
   * Ends a leadership whose lease has run out, in case the election thread hangs. When that thread
   * goes on it finds the end, agrees, and tells nobody again.
   */
  void endIfRanOut() {
    Grant grant = running;
    if (grant == null) {
      return;
    }
    synchronized (telling) {
      if (!grant.endIfRanOut() || !begun) {
        return;
      }
      tellRevoked(grant, RevokeReason.LEASE_EXPIRED);
    }
    logRevoked(grant, RevokeReason.LEASE_EXPIRED);
  }

  private void tellRevoked(Grant grant, RevokeReason reason) {
    told.registerLost().accept(grant);
    told.events().publish(new HaEvent.Revoked(Instant.now(), spec.name(), grant.epoch(), reason));
    // What nobody was told of is taken back from the queue: while a callback hangs, leaderships
    // that come and go for days must not fill the heap.
    Runnable handing = handingOut;
    handingOut = null;
    if (handing == null || !told.courier().retract(handing)) {
      told.courier().deliver(() -> takeBack(grant, reason));
    }
  }

  /** Last: a log on a disk that hangs must hold up nobody's callback. */
  private void logRevoked(Grant grant, RevokeReason reason) {
    LOG.info(
        "{} - leads {} no longer (epoch {}): {}", self, spec.name(), grant.epoch(), reason.label());
  }

  // ---- the role's own thread -------------------------------------------------------------------

  private void handOut(Grant grant) {
    if (grant.isEnded()) {
      return; // over before anybody was told; so nobody is
    }
    handedOut = grant;
    told.begins().run();
    spec.listener().elected(grant);
  }

  private void takeBack(Grant grant, RevokeReason reason) {
    if (handedOut == grant) {
      handedOut = null;
      spec.listener().revoked(grant, reason);
    }
  }
}
