package io.understudy.ha.internal.jgroups;

import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The wire form of a {@link Payload.Parcel}: what all messages share once, and of each message only
 * what it does not share with the one before.
 *
 * <pre>
 *   parcel  = VERSION PARCEL life rosterStamp count entry...
 *   entry   = u8 kind and address, role, body
 *   address = 0: any life, 1: the life that the last addressed entry named, 2: i64 incarnation
 *   role    = u8 bytes shared with the last role, u8 further bytes, these
 * </pre>
 *
 * A heartbeat and its answer are made of flags for what is as usual, and of variable-length
 * numbers, each the difference to the same field of the last entry or to the epoch; all other
 * messages are rare and have their ordinary form. So one more role costs a heartbeat seven bytes or
 * so. Nothing is remembered from one parcel to the next: each can be lost.
 */
final class ParcelCodec {
  /** The number of the kind on the wire. */
  static final int PARCEL = 11;

  private static final int TO_ANY = 0;
  private static final int TO_SAME = 1;
  private static final int TO_NAMED = 2;
  private static final int ADDRESS_SHIFT = 6;
  private static final int KIND_MASK = (1 << ADDRESS_SHIFT) - 1;

  // of both
  private static final int SAME_ROUND = 1;
  private static final int VERSION_OF_EPOCH = 2;

  // of heartbeats
  private static final int HAS_VALUE = 4;
  private static final int HAS_ECHO = 8;
  private static final int SAME_ECHO = 16;
  private static final int COMMITTED = 32;
  private static final int HEARTBEAT_FLAGS = 63;

  // of their answers
  private static final int ACCEPTED = 4;
  private static final int ELECTABLE = 8;
  private static final int IN_EPOCH = 16;
  private static final int SAME_REPLY = 32;
  private static final int REPLY_FLAGS = 63;

  /** What the next entry is told as a difference to. Both ends keep it in step. */
  private static final class Before {
    String role = "";
    long incarnation;
    long epoch;
    long sentNanos;
    long repliedNanos;
    long echoIncarnation;
    long echoNanos;

    boolean isEcho(Message.Echo echo) {
      return echo.incarnation() == echoIncarnation && echo.sentNanos() == echoNanos;
    }

    void echo(Message.Echo echo) {
      echoIncarnation = echo.incarnation();
      echoNanos = echo.sentNanos();
    }
  }

  private ParcelCodec() {}

  /**
   * Packs envelopes into as few messages as they fit into, in their order.
   *
   * @return encoded payloads
   * @throws IllegalArgumentException if an envelope alone exceeds the bounds
   */
  static List<byte[]> pack(List<Envelope> envelopes) {
    List<byte[]> packed = new ArrayList<>(1);
    int from = 0;
    while (from < envelopes.size()) {
      WireWriter out = new WireWriter();
      from = write(out, envelopes, from);
      packed.add(out.toBytes());
    }
    return packed;
  }

  /** Writes from an index on what fits into one parcel, and returns the index of what does not. */
  private static int write(WireWriter out, List<Envelope> envelopes, int from) {
    Envelope first = envelopes.get(from);
    out.u8(Codec.VERSION).u8(PARCEL);
    Codec.writeLife(out, first.from());
    out.i64(first.rosterStamp());
    int countAt = out.size();
    out.u16(0);
    Before before = new Before();
    int next = from;
    while (next < envelopes.size()
        && next - from < Codec.MAX_ELEMENTS
        && isAlike(first, envelopes.get(next))) {
      int mark = out.size();
      writeEntry(out, before, envelopes.get(next));
      if (out.size() > Codec.MAX_BYTES && next > from) {
        out.truncate(mark);
        break;
      }
      next++;
    }
    out.putU16(countAt, next - from);
    return next;
  }

  private static boolean isAlike(Envelope one, Envelope other) {
    return one.rosterStamp() == other.rosterStamp() && one.from().equals(other.from());
  }

  /**
   * Writes a whole parcel.
   *
   * @throws IllegalArgumentException if it does not fit into one message
   */
  static void write(WireWriter out, Payload.Parcel parcel) {
    int written = parcel.envelopes().isEmpty() ? -1 : write(out, parcel.envelopes(), 0);
    if (written != parcel.envelopes().size()) {
      throw new IllegalArgumentException(
          "a parcel of " + parcel.envelopes().size() + " messages; " + written + " fit into one");
    }
  }

  /** Reads what follows the kind. */
  static Payload.Parcel read(WireReader in) throws MalformedMessageException {
    Life from = Codec.readLife(in);
    long rosterStamp = in.i64();
    int count = in.u16();
    if (count == 0 || count > Codec.MAX_ELEMENTS) {
      throw new MalformedMessageException(
          count + " messages in a parcel; 1 to " + Codec.MAX_ELEMENTS + " fit");
    }
    Before before = new Before();
    List<Envelope> envelopes = new ArrayList<>(Math.min(count, in.remaining()));
    for (int i = 0; i < count; i++) {
      envelopes.add(readEntry(in, before, from, rosterStamp));
    }
    return new Payload.Parcel(envelopes);
  }

  // ---- entries

  private static void writeEntry(WireWriter out, Before before, Envelope envelope) {
    int kind = MessageCodec.kindOf(envelope.message());
    int address = addressing(before, envelope.toIncarnation());
    out.u8((address << ADDRESS_SHIFT) | kind);
    if (address == TO_NAMED) {
      out.i64(envelope.toIncarnation());
      before.incarnation = envelope.toIncarnation();
    }
    writeRole(out, before, envelope.role());
    if (envelope.message() instanceof Message.Heartbeat heartbeat) {
      writeHeartbeat(out, before, heartbeat);
    } else if (envelope.message() instanceof Message.HeartbeatReply reply) {
      writeReply(out, before, reply);
    } else {
      MessageCodec.write(out, envelope.message());
    }
  }

  private static int addressing(Before before, long incarnation) {
    if (incarnation == Life.ANY) {
      return TO_ANY;
    }
    return incarnation == before.incarnation ? TO_SAME : TO_NAMED;
  }

  private static Envelope readEntry(WireReader in, Before before, Life from, long rosterStamp)
      throws MalformedMessageException {
    int first = in.u8();
    long incarnation = readAddress(in, before, first >>> ADDRESS_SHIFT);
    String role = readRole(in, before);
    int kind = first & KIND_MASK;
    Message message =
        switch (kind) {
          case MessageCodec.HEARTBEAT -> readHeartbeat(in, before);
          case MessageCodec.HEARTBEAT_REPLY -> readReply(in, before);
          default -> MessageCodec.read(in, kind);
        };
    return new Envelope(role, from, incarnation, rosterStamp, message);
  }

  private static long readAddress(WireReader in, Before before, int address)
      throws MalformedMessageException {
    return switch (address) {
      case TO_ANY -> Life.ANY;
      case TO_SAME -> sameAddress(before);
      case TO_NAMED -> namedAddress(in, before);
      default -> throw new MalformedMessageException("address form " + address);
    };
  }

  private static long sameAddress(Before before) throws MalformedMessageException {
    if (before.incarnation == Life.ANY) {
      throw new MalformedMessageException("the same address as none");
    }
    return before.incarnation;
  }

  private static long namedAddress(WireReader in, Before before) throws MalformedMessageException {
    long named = in.i64();
    if (named == Life.ANY || named == before.incarnation) {
      throw new MalformedMessageException("an address that has a shorter form");
    }
    before.incarnation = named;
    return named;
  }

  private static void writeRole(WireWriter out, Before before, String role) {
    int shared = sharedLength(before.role, role);
    out.u8(shared).suffix(role, shared);
    before.role = role;
  }

  private static String readRole(WireReader in, Before before) throws MalformedMessageException {
    int shared = in.u8();
    if (shared > before.role.length()) {
      throw new MalformedMessageException(
          "a role that shares " + shared + " bytes with one of " + before.role.length());
    }
    String role = in.suffixed(before.role, shared);
    if (sharedLength(before.role, role) != shared) {
      throw new MalformedMessageException("a role that shares more than it says");
    }
    before.role = role;
    return role;
  }

  private static int sharedLength(String one, String other) {
    int limit = Math.min(one.length(), other.length());
    int shared = 0;
    while (shared < limit && one.charAt(shared) == other.charAt(shared)) {
      shared++;
    }
    return shared;
  }

  // ---- heartbeats and their answers

  private static void writeHeartbeat(WireWriter out, Before before, Message.Heartbeat m) {
    Message.Echo echo = m.echo();
    boolean sameEcho = echo != null && before.isEcho(echo);
    int flags =
        flag(m.value() != null, HAS_VALUE)
            | flag(echo != null, HAS_ECHO)
            | flag(sameEcho, SAME_ECHO)
            | flag(m.sentNanos() == before.sentNanos, SAME_ROUND)
            | flag(m.version().epoch() == m.epoch(), VERSION_OF_EPOCH)
            | flag(m.committed().equals(m.version()), COMMITTED);
    out.u8(flags).vary(m.epoch() - before.epoch);
    before.epoch = m.epoch();
    before.sentNanos = writeUnless(out, flags, SAME_ROUND, m.sentNanos(), before.sentNanos);
    writeVersion(out, flags, m.version(), m.epoch());
    if ((flags & COMMITTED) == 0) {
      out.vary(m.committed().epoch() - m.epoch()).vary(m.committed().seq());
    }
    if (m.value() != null) {
      MessageCodec.writeValue(out, m.value());
    }
    if (echo != null && !sameEcho) {
      out.vary(echo.incarnation() - before.echoIncarnation);
      out.vary(echo.sentNanos() - before.echoNanos);
      before.echo(echo);
    }
  }

  private static Message readHeartbeat(WireReader in, Before before)
      throws MalformedMessageException {
    int flags = flags(in, HEARTBEAT_FLAGS);
    before.epoch += in.vary();
    before.sentNanos = readUnless(in, flags, SAME_ROUND, before.sentNanos);
    RegisterVersion version = readVersion(in, flags, before.epoch);
    RegisterVersion committed = version;
    if ((flags & COMMITTED) == 0) {
      committed = new RegisterVersion(before.epoch + in.vary(), in.vary());
      require(!committed.equals(version));
    }
    return new Message.Heartbeat(
        before.epoch,
        before.sentNanos,
        version,
        committed,
        (flags & HAS_VALUE) == 0 ? null : MessageCodec.readValue(in),
        readEcho(in, flags, before));
  }

  private static Message.@Nullable Echo readEcho(WireReader in, int flags, Before before)
      throws MalformedMessageException {
    boolean same = (flags & SAME_ECHO) != 0;
    if ((flags & HAS_ECHO) == 0) {
      require(!same);
      return null;
    }
    Message.Echo echo =
        same
            ? new Message.Echo(before.echoIncarnation, before.echoNanos)
            : new Message.Echo(before.echoIncarnation + in.vary(), before.echoNanos + in.vary());
    require(same || !before.isEcho(echo));
    before.echo(echo);
    return echo;
  }

  private static void writeReply(WireWriter out, Before before, Message.HeartbeatReply m) {
    int flags =
        flag(m.accepted(), ACCEPTED)
            | flag(m.electable(), ELECTABLE)
            | flag(m.voterEpoch() == m.epoch(), IN_EPOCH)
            | flag(m.sentNanos() == before.sentNanos, SAME_ROUND)
            | flag(m.stored().epoch() == m.epoch(), VERSION_OF_EPOCH)
            | flag(m.repliedNanos() == before.repliedNanos, SAME_REPLY);
    out.u8(flags).vary(m.epoch() - before.epoch);
    before.epoch = m.epoch();
    before.sentNanos = writeUnless(out, flags, SAME_ROUND, m.sentNanos(), before.sentNanos);
    before.repliedNanos =
        writeUnless(out, flags, SAME_REPLY, m.repliedNanos(), before.repliedNanos);
    writeVersion(out, flags, m.stored(), m.epoch());
    writeUnless(out, flags, IN_EPOCH, m.voterEpoch(), m.epoch());
  }

  private static Message readReply(WireReader in, Before before) throws MalformedMessageException {
    int flags = flags(in, REPLY_FLAGS);
    before.epoch += in.vary();
    before.sentNanos = readUnless(in, flags, SAME_ROUND, before.sentNanos);
    before.repliedNanos = readUnless(in, flags, SAME_REPLY, before.repliedNanos);
    return new Message.HeartbeatReply(
        before.epoch,
        before.sentNanos,
        (flags & ACCEPTED) != 0,
        before.repliedNanos,
        readVersion(in, flags, before.epoch),
        readUnless(in, flags, IN_EPOCH, before.epoch),
        (flags & ELECTABLE) != 0);
  }

  private static void writeVersion(WireWriter out, int flags, RegisterVersion version, long epoch) {
    writeUnless(out, flags, VERSION_OF_EPOCH, version.epoch(), epoch);
    out.vary(version.seq());
  }

  private static RegisterVersion readVersion(WireReader in, int flags, long epoch)
      throws MalformedMessageException {
    return new RegisterVersion(readUnless(in, flags, VERSION_OF_EPOCH, epoch), in.vary());
  }

  // ---- numbers and flags

  private static int flag(boolean set, int flag) {
    return set ? flag : 0;
  }

  private static int flags(WireReader in, int known) throws MalformedMessageException {
    int flags = in.u8();
    if ((flags & ~known) != 0) {
      throw new MalformedMessageException("unknown flags " + flags);
    }
    return flags;
  }

  /** Writes the difference, unless the flag says that there is none. Returns the value. */
  private static long writeUnless(WireWriter out, int flags, int same, long value, long usual) {
    if ((flags & same) == 0) {
      out.vary(value - usual);
    }
    return value;
  }

  private static long readUnless(WireReader in, int flags, int same, long usual)
      throws MalformedMessageException {
    if ((flags & same) != 0) {
      return usual;
    }
    long difference = in.vary();
    require(difference != 0);
    return usual + difference;
  }

  private static void require(boolean shortest) throws MalformedMessageException {
    if (!shortest) {
      throw new MalformedMessageException("an entry that has a shorter form");
    }
  }
}
