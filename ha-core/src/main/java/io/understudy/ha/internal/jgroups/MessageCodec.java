package io.understudy.ha.internal.jgroups;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The fields of each kind of {@link Message} but heartbeats and their answers, which {@link
 * ParcelCodec} knows. Kinds are numbered for ever: a number is never used again.
 */
final class MessageCodec {
  private static final int STATE_REQUEST = 2;
  private static final int STATE_REPLY = 3;
  private static final int CANVASS = 4;
  private static final int CANVASS_REPLY = 5;
  private static final int VOTE_REQUEST = 6;
  private static final int VOTE_REPLY = 7;
  static final int HEARTBEAT = 8;
  static final int HEARTBEAT_REPLY = 9;
  private static final int RESIGNATION = 10;

  private static final int REPORT = 17; // 12 to 16 are RosterMessageCodec's

  private static final int RESIGNED = 1;
  private static final int DIED = 2;

  private static final List<Message.Knowledge> KNOWLEDGE =
      List.of(
          Message.Knowledge.DIRECTORY_EMPTY,
          Message.Knowledge.ROLE_UNKNOWN,
          Message.Knowledge.KNOWN);

  private MessageCodec() {}

  private static final Map<Class<? extends Message>, Integer> KINDS =
      Map.ofEntries(
          Map.entry(Message.StateRequest.class, STATE_REQUEST),
          Map.entry(Message.StateReply.class, STATE_REPLY),
          Map.entry(Message.Canvass.class, CANVASS),
          Map.entry(Message.CanvassReply.class, CANVASS_REPLY),
          Map.entry(Message.VoteRequest.class, VOTE_REQUEST),
          Map.entry(Message.VoteReply.class, VOTE_REPLY),
          Map.entry(Message.Heartbeat.class, HEARTBEAT),
          Map.entry(Message.HeartbeatReply.class, HEARTBEAT_REPLY),
          Map.entry(Message.Resignation.class, RESIGNATION),
          Map.entry(Message.Report.class, REPORT),
          Map.entry(Message.RosterNews.class, RosterMessageCodec.ROSTER_NEWS),
          Map.entry(Message.InventoryRequest.class, RosterMessageCodec.INVENTORY_REQUEST),
          Map.entry(Message.Inventory.class, RosterMessageCodec.INVENTORY),
          Map.entry(Message.RosterWish.class, RosterMessageCodec.ROSTER_WISH),
          Map.entry(Message.RosterReply.class, RosterMessageCodec.ROSTER_REPLY));

  static int kindOf(Message message) {
    Integer kind = KINDS.get(message.getClass());
    if (kind == null) {
      throw new IllegalArgumentException(message.getClass() + " has no number on the wire");
    }
    return kind;
  }

  static void write(WireWriter out, Message message) {
    if (message instanceof Message.StateRequest m) {
      out.i64(m.round());
    } else if (message instanceof Message.StateReply m) {
      writeStateReply(out, m);
    } else if (message instanceof Message.Canvass m) {
      out.i64(m.round()).list(m.evidence(), MessageCodec::writeEvidence);
    } else if (message instanceof Message.CanvassReply m) {
      out.i64(m.round()).bool(m.willing()).i64(m.epoch()).i64(m.boundForNanos());
    } else if (message instanceof Message.VoteRequest m) {
      out.i64(m.epoch()).i64(m.sentNanos()).list(m.evidence(), MessageCodec::writeEvidence);
    } else if (message instanceof Message.VoteReply m) {
      writeVoteReply(out, m);
    } else if (message instanceof Message.Resignation m) {
      out.i64(m.epoch()).optional(m.successor(), WireWriter::member);
    } else if (message instanceof Message.Report m) {
      out.i64(m.number()).counted(m.content(), Message.Report.MAX_BYTES);
    } else {
      RosterMessageCodec.write(out, message);
    }
  }

  static Message read(WireReader in, int kind) throws MalformedMessageException {
    return switch (kind) {
      case STATE_REQUEST -> new Message.StateRequest(in.i64());
      case STATE_REPLY -> readStateReply(in);
      case CANVASS -> new Message.Canvass(in.i64(), in.list(MessageCodec::readEvidence));
      case CANVASS_REPLY -> new Message.CanvassReply(in.i64(), in.bool(), in.i64(), in.i64());
      case VOTE_REQUEST ->
          new Message.VoteRequest(in.i64(), in.i64(), in.list(MessageCodec::readEvidence));
      case VOTE_REPLY ->
          new Message.VoteReply(
              in.i64(),
              in.i64(),
              in.bool(),
              in.i64(),
              in.i64(),
              in.optional(MessageCodec::readValue));
      case RESIGNATION -> new Message.Resignation(in.i64(), in.optional(WireReader::member));
      case REPORT -> new Message.Report(in.i64(), in.counted(Message.Report.MAX_BYTES));
      default -> RosterMessageCodec.read(in, kind);
    };
  }

  private static void writeStateReply(WireWriter out, Message.StateReply m) {
    out.i64(m.round()).u8(KNOWLEDGE.indexOf(m.knowledge())).i64(m.epoch());
    writeValue(out, m.register());
    writeFounding(out, m.founding());
  }

  private static Message readStateReply(WireReader in) throws MalformedMessageException {
    long round = in.i64();
    int knowledge = in.u8();
    if (knowledge >= KNOWLEDGE.size()) {
      throw new MalformedMessageException("knowledge " + knowledge + " is unknown");
    }
    return new Message.StateReply(
        round, KNOWLEDGE.get(knowledge), in.i64(), readValue(in), readFounding(in));
  }

  private static void writeVoteReply(WireWriter out, Message.VoteReply m) {
    out.i64(m.epoch()).i64(m.sentNanos()).bool(m.granted());
    out.i64(m.voterEpoch()).i64(m.boundForNanos());
    out.optional(m.register(), MessageCodec::writeValue);
  }

  private static void writeEvidence(WireWriter out, Evidence evidence) {
    if (evidence instanceof Evidence.Resigned resigned) {
      Codec.writeLife(out.u8(RESIGNED), resigned.life());
      out.i64(resigned.epoch());
    } else {
      Codec.writeLife(out.u8(DIED), evidence.life());
    }
  }

  private static Evidence readEvidence(WireReader in) throws MalformedMessageException {
    int kind = in.u8();
    return switch (kind) {
      case RESIGNED -> new Evidence.Resigned(Codec.readLife(in), in.i64());
      case DIED -> new Evidence.Died(Codec.readLife(in));
      default -> throw new MalformedMessageException("evidence " + kind + " is unknown");
    };
  }

  static void writeVersion(WireWriter out, RegisterVersion version) {
    out.i64(version.epoch()).i64(version.seq());
  }

  static RegisterVersion readVersion(WireReader in) throws MalformedMessageException {
    return new RegisterVersion(in.i64(), in.i64());
  }

  static void writeValue(WireWriter out, RegisterValue value) {
    writeVersion(out, value.version());
    out.counted(value.bytes(), RegisterValue.MAX_BYTES);
  }

  static RegisterValue readValue(WireReader in) throws MalformedMessageException {
    return new RegisterValue(readVersion(in), in.counted(RegisterValue.MAX_BYTES));
  }

  /** Sorted, so that equal foundings have equal bytes. */
  private static void writeFounding(WireWriter out, Founding founding) {
    List<MemberId> members = founding.lives().keySet().stream().sorted().toList();
    out.list(
        members, (o, member) -> o.member(member).i64(founding.lives().getOrDefault(member, 0L)));
    out.bool(founding.directory());
  }

  private static Founding readFounding(WireReader in) throws MalformedMessageException {
    Map<MemberId, Long> lives = new HashMap<>();
    for (Map.Entry<MemberId, Long> life : in.list(i -> Map.entry(i.member(), i.i64()))) {
      if (lives.put(life.getKey(), life.getValue()) != null) {
        throw new MalformedMessageException("a founding names a member twice");
      }
    }
    return new Founding(lives, in.bool());
  }
}
