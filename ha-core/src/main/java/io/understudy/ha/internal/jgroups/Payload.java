package io.understudy.ha.internal.jgroups;

import io.understudy.ha.internal.election.Envelope;

/** What one sealed message carries. */
public sealed interface Payload permits Payload.Letter, Hello {
  /** A message of one role's machines. */
  record Letter(Envelope envelope) implements Payload {}
}
