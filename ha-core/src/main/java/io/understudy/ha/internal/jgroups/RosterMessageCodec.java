package io.understudy.ha.internal.jgroups;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Holding;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.election.RosterStep.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The fields of the messages about rosters. */
final class RosterMessageCodec {
  static final int ROSTER_NEWS = 12;
  static final int INVENTORY_REQUEST = 13;
  static final int INVENTORY = 14;
  static final int ROSTER_WISH = 15;
  static final int ROSTER_REPLY = 16;

  private static final int MAX_TEXT = 1024;
  private static final int HAVE = 1;
  private static final int LACK = 2;
  private static final int CANCEL = 3;

  /** Numbered by their place; the first place stands for none. */
  private static final List<Refusal> REFUSALS =
      List.of(
          Refusal.UNKNOWN_MEMBER,
          Refusal.OTHER_KIND,
          Refusal.NOBODY_LEFT,
          Refusal.TOO_LARGE,
          Refusal.BUSY,
          Refusal.IDLE,
          Refusal.CANCELLED,
          Refusal.NO_SUCCESSOR,
          Refusal.NO_THIRD_VOTE);

  private RosterMessageCodec() {}

  static void write(WireWriter out, Message message) {
    if (message instanceof Message.RosterNews m) {
      MessageCodec.writeVersion(out, m.version());
      writeRoster(out, m.roster());
    } else if (message instanceof Message.InventoryRequest m) {
      out.i64(m.round()).list(m.stale(), WireWriter::name);
    } else if (message instanceof Message.Inventory m) {
      writeInventory(out, m);
    } else if (message instanceof Message.RosterWish m) {
      out.i64(m.request());
      writeGoal(out, m.goal());
    } else if (message instanceof Message.RosterReply m) {
      out.i64(m.request()).u8(m.refusal() == null ? 0 : REFUSALS.indexOf(m.refusal()) + 1);
      out.counted(cut(m.text()), MAX_TEXT);
    }
  }

  private static byte[] cut(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return bytes.length <= MAX_TEXT ? bytes : java.util.Arrays.copyOf(bytes, MAX_TEXT);
  }

  static Message read(WireReader in, int kind) throws MalformedMessageException {
    return switch (kind) {
      case ROSTER_NEWS -> new Message.RosterNews(MessageCodec.readVersion(in), readRoster(in));
      case INVENTORY_REQUEST -> new Message.InventoryRequest(in.i64(), in.list(WireReader::name));
      case INVENTORY -> readInventory(in);
      case ROSTER_WISH -> new Message.RosterWish(in.i64(), readGoal(in));
      case ROSTER_REPLY -> readReply(in);
      default -> throw new MalformedMessageException("kind " + kind + " is unknown");
    };
  }

  private static Message readReply(WireReader in) throws MalformedMessageException {
    long request = in.i64();
    int refusal = in.u8();
    if (refusal > REFUSALS.size()) {
      throw new MalformedMessageException("refusal " + refusal + " is unknown");
    }
    String text = new String(in.counted(MAX_TEXT), StandardCharsets.US_ASCII);
    return new Message.RosterReply(request, refusal == 0 ? null : REFUSALS.get(refusal - 1), text);
  }

  private static void writeInventory(WireWriter out, Message.Inventory m) {
    out.i64(m.round());
    MessageCodec.writeVersion(out, m.roster());
    out.bool(m.informed());
    out.i64(m.part().answer()).u16(m.part().index()).u16(m.part().count());
    // Sorted, so that equal inventories have equal bytes.
    out.list(
        List.copyOf(new TreeMap<>(m.holdings()).entrySet()),
        (o, entry) -> writeHolding(o, entry.getKey(), entry.getValue()));
  }

  private static void writeHolding(WireWriter out, String role, Holding holding) {
    RegisterVersion register = holding.register();
    out.name(role).vary(holding.epoch()).vary(register.epoch()).vary(register.seq());
  }

  private static Message readInventory(WireReader in) throws MalformedMessageException {
    long round = in.i64();
    RegisterVersion roster = MessageCodec.readVersion(in);
    boolean informed = in.bool();
    Message.Part part = readPart(in);
    Map<String, Holding> holdings = new TreeMap<>();
    for (var entry :
        in.list(
            i ->
                Map.entry(
                    i.name(), new Holding(i.vary(), new RegisterVersion(i.vary(), i.vary()))))) {
      if (holdings.put(entry.getKey(), entry.getValue()) != null) {
        throw new MalformedMessageException("an inventory names a role twice");
      }
    }
    return new Message.Inventory(round, roster, informed, part, holdings);
  }

  private static Message.Part readPart(WireReader in) throws MalformedMessageException {
    Message.Part part = new Message.Part(in.i64(), in.u16(), in.u16());
    if (part.index() >= part.count()) {
      throw new MalformedMessageException("part " + part.index() + " of " + part.count());
    }
    return part;
  }

  private static void writeGoal(WireWriter out, RosterGoal goal) {
    if (goal instanceof RosterGoal.Have have) {
      writeEntry(out.u8(HAVE), have.entry());
    } else if (goal instanceof RosterGoal.Lack lack) {
      out.u8(LACK).member(lack.member());
    } else {
      out.u8(CANCEL);
    }
  }

  private static RosterGoal readGoal(WireReader in) throws MalformedMessageException {
    int kind = in.u8();
    return switch (kind) {
      case HAVE -> new RosterGoal.Have(readEntry(in));
      case LACK -> new RosterGoal.Lack(in.member());
      case CANCEL -> new RosterGoal.Cancel();
      default -> throw new MalformedMessageException("goal " + kind + " is unknown");
    };
  }

  private static void writeRoster(WireWriter out, Roster roster) {
    out.i64(roster.epoch()).i64(roster.version());
    out.list(roster.members(), RosterMessageCodec::writeEntry);
  }

  private static Roster readRoster(WireReader in) throws MalformedMessageException {
    long epoch = in.i64();
    long version = in.i64();
    List<RosterMember> members = in.list(RosterMessageCodec::readEntry);
    Set<MemberId> names = new HashSet<>();
    for (RosterMember entry : members) {
      if (!names.add(entry.member())) {
        throw new MalformedMessageException("a roster names a member twice");
      }
    }
    return new Roster(epoch, version, members);
  }

  private static void writeEntry(WireWriter out, RosterMember entry) {
    out.member(entry.member()).u8(entry.votes()).bool(entry.witness());
  }

  private static RosterMember readEntry(WireReader in) throws MalformedMessageException {
    MemberId member = in.member();
    int votes = in.u8();
    if (votes > 100) {
      throw new MalformedMessageException(votes + " votes");
    }
    return new RosterMember(member, votes, in.bool());
  }
}
