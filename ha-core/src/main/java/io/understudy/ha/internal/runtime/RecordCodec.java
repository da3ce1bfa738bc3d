package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Roster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a {@link MemberRecord}, without the frame that {@link FileStore} puts around them.
 */
final class RecordCodec {
  private RecordCodec() {}

  static byte[] encode(MemberRecord memberRecord) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeUTF(memberRecord.member().value());
    out.writeUTF(memberRecord.cluster());
    RosterCodec.write(out, memberRecord.roster());
    out.writeLong(memberRecord.longestPromiseNanos());
    writeFounding(out, memberRecord.founding());
    out.writeInt(memberRecord.ballots().size());
    for (Map.Entry<String, Ballot> entry : memberRecord.ballots().entrySet()) {
      out.writeUTF(entry.getKey());
      writeBallot(out, entry.getValue());
    }
    return bytes.toByteArray();
  }

  static MemberRecord decode(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    MemberId member = new MemberId(in.readUTF());
    String cluster = in.readUTF();
    Roster roster = RosterCodec.read(in, 0);
    long longestPromiseNanos = in.readLong();
    Founding founding = readFounding(in);
    SortedMap<String, Ballot> ballots = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      String role = in.readUTF();
      ballots.put(role, readBallot(in));
    }
    if (in.read() != -1) {
      throw new IOException("bytes follow the last ballot");
    }
    return new MemberRecord(member, cluster, roster, longestPromiseNanos, founding, ballots);
  }

  private static void writeFounding(DataOutputStream out, Founding founding) throws IOException {
    out.writeBoolean(founding.directory());
    out.writeInt(founding.lives().size());
    for (Map.Entry<MemberId, Long> life : new TreeMap<>(founding.lives()).entrySet()) {
      out.writeUTF(life.getKey().value());
      out.writeLong(life.getValue());
    }
  }

  private static Founding readFounding(DataInputStream in) throws IOException {
    boolean directory = in.readBoolean();
    Map<MemberId, Long> lives = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      lives.put(new MemberId(in.readUTF()), in.readLong());
    }
    return new Founding(lives, directory);
  }

  private static void writeBallot(DataOutputStream out, Ballot ballot) throws IOException {
    out.writeLong(ballot.epoch());
    Life votedFor = ballot.votedFor();
    out.writeBoolean(votedFor != null);
    if (votedFor != null) {
      out.writeUTF(votedFor.member().value());
      out.writeLong(votedFor.incarnation());
    }
    byte[] value = ballot.register().bytes();
    out.writeLong(ballot.register().version().epoch());
    out.writeLong(ballot.register().version().seq());
    out.writeInt(value.length);
    out.write(value);
    writeFounding(out, ballot.founding());
  }

  private static Ballot readBallot(DataInputStream in) throws IOException {
    long epoch = in.readLong();
    @Nullable Life votedFor =
        in.readBoolean() ? new Life(new MemberId(in.readUTF()), in.readLong()) : null;
    RegisterVersion version = new RegisterVersion(in.readLong(), in.readLong());
    byte[] value = in.readNBytes(in.readInt());
    return new Ballot(epoch, votedFor, new RegisterValue(version, value), readFounding(in));
  }
}
