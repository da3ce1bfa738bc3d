package io.understudy.ha.internal.jgroups;

import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.TimeValues;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A member's sign of life, sent to every peer each heartbeat interval.
 *
 * @param from the sending life
 * @param cluster the cluster it belongs to
 * @param times its time values; must be equal on all members
 * @param listen where it listens
 * @param presence what else it says of itself
 * @param leaving whether this is its last message: the life ends in good order
 */
public record Hello(
    Life from,
    String cluster,
    TimeValues times,
    InetSocketAddress listen,
    Presence presence,
    boolean leaving)
    implements Payload {

  /**
   * What changes in the course of a life.
   *
   * @param rosterVersion the version of the roster that the member uses
   * @param rosterHash {@link #rosterHash(Roster)} of it: equal versions must have equal content
   * @param standby whether the member is on standby
   */
  public record Presence(long rosterVersion, long rosterHash, boolean standby) {
    /** From a roster. */
    public static Presence of(Roster roster, boolean standby) {
      return new Presence(roster.version(), Hello.rosterHash(roster), standby);
    }
  }

  /** A number that two rosters share only if their members, votes and witnesses are the same. */
  public static long rosterHash(Roster roster) {
    MessageDigest digest = Primitives.sha256();
    for (RosterMember entry : roster.members()) {
      String line = entry.member() + " " + entry.votes() + " " + entry.witness() + "\n";
      digest.update(line.getBytes(StandardCharsets.US_ASCII));
    }
    return ByteBuffer.wrap(digest.digest()).getLong();
  }
}
