package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Standing.Leader;
import io.understudy.ha.internal.election.Standing.Peer;
import io.understudy.ha.internal.election.Standing.Poll;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a changed copy of a {@link Leader}. */
final class LeaderEdit {
  private final long epoch;
  private final long wonNanos;
  private long leaseUntilNanos;
  private boolean announced;
  private RegisterVersion committed;
  private RegisterVersion settled;
  private long nextRoundNanos;
  private long lastRoundNanos;
  private Map<MemberId, Peer> peers;
  private @Nullable Poll reelection;
  private long reelectNotBeforeNanos;
  private long strangersPermittedUntilNanos;

  private LeaderEdit(Leader from) {
    epoch = from.epoch();
    wonNanos = from.wonNanos();
    leaseUntilNanos = from.leaseUntilNanos();
    announced = from.announced();
    committed = from.committed();
    settled = from.settled();
    nextRoundNanos = from.nextRoundNanos();
    lastRoundNanos = from.lastRoundNanos();
    peers = from.peers();
    reelection = from.reelection();
    reelectNotBeforeNanos = from.reelectNotBeforeNanos();
    strangersPermittedUntilNanos = from.strangersPermittedUntilNanos();
  }

  static LeaderEdit of(Leader leader) {
    return new LeaderEdit(leader);
  }

  LeaderEdit leaseUntilNanos(long nanos) {
    leaseUntilNanos = nanos;
    return this;
  }

  LeaderEdit announcing(RegisterVersion version) {
    announced = true;
    committed = version;
    return this;
  }

  LeaderEdit settled(RegisterVersion version) {
    settled = version;
    return this;
  }

  LeaderEdit nextRoundNanos(long nanos) {
    nextRoundNanos = nanos;
    return this;
  }

  LeaderEdit lastRoundNanos(long nanos) {
    lastRoundNanos = nanos;
    return this;
  }

  LeaderEdit peers(Map<MemberId, Peer> changed) {
    peers = changed;
    return this;
  }

  LeaderEdit reelection(@Nullable Poll poll) {
    reelection = poll;
    return this;
  }

  LeaderEdit reelectNotBeforeNanos(long nanos) {
    reelectNotBeforeNanos = nanos;
    return this;
  }

  LeaderEdit strangersPermittedUntilNanos(long nanos) {
    strangersPermittedUntilNanos = nanos;
    return this;
  }

  Leader build() {
    return new Leader(
        epoch,
        wonNanos,
        leaseUntilNanos,
        announced,
        committed,
        settled,
        nextRoundNanos,
        lastRoundNanos,
        peers,
        reelection,
        reelectNotBeforeNanos,
        strangersPermittedUntilNanos);
  }
}
