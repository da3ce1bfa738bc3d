package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;

/**
 * One life of a member: its process between two starts. Votes, promises, heartbeats and evidence
 * name a life, so that nothing meant for one releases or binds another.
 *
 * @param member the member
 * @param incarnation the number drawn at this start, never 0
 */
public record Life(MemberId member, long incarnation) {
  /** Addresses whatever life the member lives. */
  public static final long ANY = 0;

  @Override
  public String toString() {
    return member + "/" + Long.toHexString(incarnation);
  }
}
