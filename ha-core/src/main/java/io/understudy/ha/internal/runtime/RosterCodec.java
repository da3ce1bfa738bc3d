package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterChange;
import io.understudy.ha.internal.election.RosterRules;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The bytes of a roster in its role's register. The seed has none. */
public final class RosterCodec {
  private static final byte[] SEED = new byte[0];

  private RosterCodec() {}

  /** The register's content. */
  public static byte[] encode(Roster roster) {
    if (roster.isSeed()) {
      return SEED;
    }
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeLong(roster.stamp());
      out.writeLong(roster.epoch());
      write(out, roster);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }

  /** The register's content, of no version yet. */
  static RegisterValue value(Roster roster) {
    return new RegisterValue(RegisterVersion.NONE, encode(roster));
  }

  /** Whether the register holds it. */
  static boolean fits(Roster roster) {
    return encode(roster).length <= RegisterValue.MAX_BYTES;
  }

  /**
   * The roster that a register's content means.
   *
   * @param seed what no content means
   * @throws IllegalArgumentException if the bytes are no roster
   */
  public static Roster decode(byte[] bytes, Roster seed) {
    if (bytes.length == 0) {
      return seed;
    }
    try {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      long stamp = in.readLong();
      Roster roster = read(in, in.readLong());
      if (roster.stamp() != stamp || in.read() != -1) {
        throw new IllegalArgumentException("the register of the roster holds something else");
      }
      return roster;
    } catch (IOException e) {
      throw new IllegalArgumentException("the register of the roster is cut short", e);
    }
  }

  /** The roster that a record puts in force. */
  public static RosterRules.Known known(MemberRecord memberRecord) {
    RegisterValue register =
        memberRecord.ballots().getOrDefault(RosterChange.ROLE, Ballot.BLANK).register();
    return new RosterRules.Known(
        register.version(), decode(register.bytes(), memberRecord.roster()));
  }

  /** All but the epoch, which a seed does not have. */
  static void write(DataOutputStream out, Roster roster) throws IOException {
    out.writeLong(roster.version());
    out.writeInt(roster.members().size());
    for (RosterMember entry : roster.members()) {
      out.writeUTF(entry.member().value());
      out.writeInt(entry.votes());
      out.writeBoolean(entry.witness());
    }
  }

  static Roster read(DataInputStream in, long epoch) throws IOException {
    long version = in.readLong();
    List<RosterMember> members = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      members.add(new RosterMember(new MemberId(in.readUTF()), in.readInt(), in.readBoolean()));
    }
    return new Roster(epoch, version, members);
  }
}
