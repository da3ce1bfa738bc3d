package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import java.io.IOException;
import java.util.Set;

/** How a member talks to the others. Only authentic messages of roster members come out of it. */
public interface Transport extends AutoCloseable {
  /** What the transport tells. Called on its threads; must not block. */
  interface Listener {
    /** A message arrived. */
    void received(Envelope envelope);

    /** The set of members that seem alive changed; {@link Transport#reachable()} has it. */
    void reachableChanged();

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

  /** Sends, best effort, without ever blocking the caller. */
  void send(MemberId to, Envelope envelope);

  /** Leaves. */
  @Override
  void close();
}
