package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Voting;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Three members lose their disks one after the other and catch up with the role that they know; of
 * the second role they hear nothing from each other. The last one declares the first role late.
 *
 * <pre>
 *   X leads, loses its disk, catches up      Y leads
 *   Y loses its disk, catches up             X leads with Z; Y hears nothing of X and is free in time
 *   Z loses its disk                         now they talk about the second role
 *   Z declares the first role                Y asks for its vote, while X's lease runs
 * </pre>
 *
 * Did X and Y still say that their directories are empty, then the second role would be founded as
 * if nobody had ever voted in any: Z would take its lost ballot for one that never was, and vote.
 */
final class LateRolePlot implements Plot {
  private enum Phase {
    WAITING,
    FIRST_LOST,
    SECOND_LOST,
    THIRD_LOST,
    DECLARED,
    OVER
  }

  private static final int OLD_ROLE = 0;
  private static final int NEW_ROLE = 1;

  private final SimCluster cluster;
  private final long lease;
  private final List<SimMember> order = new ArrayList<>();
  private Phase phase = Phase.WAITING;
  private long sinceNanos;

  LateRolePlot(SimCluster cluster) {
    this.cluster = cluster;
    this.lease = cluster.shape().times().leaseNanos();
  }

  private String role(int index) {
    return cluster.shape().roles().get(index);
  }

  @Override
  public boolean startsAllAtOnce() {
    return true;
  }

  @Override
  public long declaresAfterNanos(SimMember member, int role) {
    boolean late =
        role == NEW_ROLE
            ? phase == Phase.WAITING // nobody talks about it in vain
            : phase == Phase.THIRD_LOST && member == third();
    return late ? 20 * lease : -1;
  }

  @Override
  public boolean intercepts(SimMember from, SimMember to, Envelope envelope) {
    if (phase == Phase.OVER) {
      return false;
    }
    if (envelope.role().equals(role(NEW_ROLE))) {
      return phase.compareTo(Phase.THIRD_LOST) < 0;
    }
    return switch (phase) {
      case SECOND_LOST -> from == first() && to != third() && binds(envelope.message());
      case THIRD_LOST -> to == third() || from == first() || to == first();
      case DECLARED -> from == first() || to == first();
      default -> false;
    };
  }

  private static boolean binds(Message message) {
    return message instanceof Message.Heartbeat || message instanceof Message.VoteRequest;
  }

  private @Nullable SimMember first() {
    return order.isEmpty() ? null : order.get(0);
  }

  private @Nullable SimMember third() {
    return order.isEmpty() ? null : order.get(2);
  }

  @Override
  public void announced(SimMember member, String roleName, Output output) {
    if (phase != Phase.WAITING || !roleName.equals(role(OLD_ROLE))) {
      return;
    }
    order.add(member);
    cluster.members().stream().filter(other -> other != member).forEach(order::add);
    run(order.get(1), true);
    run(order.get(2), false);
    become(Phase.FIRST_LOST);
    cluster.chaos().later(cluster.dice().between(0, lease / 4), this::loseFirst);
  }

  private void run(SimMember member, boolean eligible) {
    cluster.run(member, OLD_ROLE, Applications.Bid.staying(eligible, List.of()));
  }

  private void loseFirst() {
    lose(order.get(0));
    advance();
  }

  private void lose(SimMember member) {
    cluster.chaos().mortality().crashAndRestart(member, true, lease / 200);
    cluster.chaos().viewsChangeNow();
  }

  /** Looks from time to time whether the next thing can happen. */
  private void advance() {
    if (phase == Phase.OVER) {
      return;
    }
    SimMember x = order.get(0);
    SimMember y = order.get(1);
    if (phase == Phase.FIRST_LOST && hasCaughtUp(x) && leads(y)) {
      run(x, true);
      become(Phase.SECOND_LOST);
      lose(y);
    } else if (phase == Phase.SECOND_LOST && hasCaughtUp(y) && leads(x)) {
      run(y, true);
      become(Phase.THIRD_LOST);
      lose(order.get(2));
    } else if (phase == Phase.THIRD_LOST && knowsNewRole(order.get(2))) {
      become(Phase.DECLARED);
    } else if (phase == Phase.DECLARED && isOver(2 * lease)) {
      become(Phase.OVER);
    }
    cluster.chaos().later(lease / 50, this::advance);
  }

  /** Whether so much time has passed in this phase on the slowest clock. */
  private boolean isOver(long localNanos) {
    return (cluster.now() - sinceNanos) * (1 - cluster.shape().times().rho()) > localNanos;
  }

  private boolean hasCaughtUp(SimMember member) {
    RoleState state = member.core() == null ? null : member.core().state(role(OLD_ROLE));
    return state != null && state.voting() instanceof Voting.Ready;
  }

  private boolean knowsNewRole(SimMember member) {
    return member.store().stored().ballots().containsKey(role(NEW_ROLE));
  }

  private boolean leads(SimMember member) {
    return member.face(OLD_ROLE).leads(member.localNanos());
  }

  private void become(Phase next) {
    phase = next;
    sinceNanos = cluster.now();
    if (cluster.tracing()) {
      cluster.trace(null, "** plot: " + next);
    }
  }
}
