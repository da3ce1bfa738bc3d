package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Roster;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** How a member talks to the others. Only authentic messages of roster members come out of it. */
public interface Transport extends AutoCloseable {
  /** What the transport tells. Called on its threads; must not block. */
  interface Listener {
    /** What one member sent together arrived; there is at least one message. */
    void received(List<Envelope> envelopes);

    /** The set of members that seem alive changed; {@link Transport#reachable()} has it. */
    void reachableChanged();

    /**
     * The process of that life has ended: proved, not guessed. {@link Transport#reachable()} does
     * not have it any more.
     *
     * @param tookNanos from the first sign to the proof
     */
    void died(Life life, long tookNanos);

    /**
     * The cluster will not have this member: another secret, other time values, its id in use.
     *
     * @param reason what was found and what to do, one sentence
     */
    void refused(String reason);
  }

  /**
   * Begins to listen and to connect for a life of the member, and returns without waiting for
   * others. Called again it ends the transport of the life before.
   *
   * @throws IOException if the address cannot be bound
   */
  void start(Life self, Listener listener) throws IOException;

  /** The members that seem alive now, without this one; empty before the start. */
  Set<MemberId> reachable();

  /** Sends together, in this order, best effort, without ever blocking the caller. */
  void send(MemberId to, List<Envelope> envelopes);

  /** Another roster is in force: tells the others which. */
  default void roster(Roster roster) {}

  /** Leaves. */
  @Override
  void close();
}
