package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Output;
import java.io.IOException;
import java.util.List;

/**
 * What a {@link MemberCore} needs of the world. Production and simulation differ here and nowhere
 * else. All methods are called on the core's own thread.
 */
public interface Ports {
  /** The process' monotonic clock. */
  long nanos();

  /**
   * Sends to one member what a turn has for it, in this order and in as few messages as it fits
   * into; best effort. Must not block, because a lease may hang on the next line.
   */
  void send(MemberId to, List<Envelope> envelopes);

  /**
   * Makes the record durable; it is when this returns.
   *
   * @throws IOException if it is not known to be durable; the core then executes nothing more
   */
  void save(MemberRecord record) throws IOException;

  /**
   * Passes on an announcement of a role's machine: every {@link Output} but {@code Store}, {@code
   * Found} and {@code Send}. Must not block.
   */
  void announce(String role, Output announcement);
}
