package io.understudy.ha.internal.jgroups;

import io.understudy.ha.internal.election.Envelope;
import java.util.List;

/** What one sealed message carries. */
public sealed interface Payload permits Payload.Parcel, Hello {
  /**
   * Messages of a member's machines to those of another: of one life and one roster version, at
   * least one.
   */
  record Parcel(List<Envelope> envelopes) implements Payload {
    /** Copies. */
    public Parcel {
      envelopes = List.copyOf(envelopes);
    }
  }
}
