package io.understudy.ha.internal.jgroups;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Holding;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.election.RosterStep;
import io.understudy.ha.internal.election.TimeValues;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Arbitrary payloads of every kind. */
final class Payloads {
  private Payloads() {}

  static Arbitrary<Payload> any() {
    return Arbitraries.oneOf(hellos().map(h -> (Payload) h), parcels().map(p -> (Payload) p));
  }

  /** Of one life and one roster, as they are made; and mostly alike, as they are in practice. */
  static Arbitrary<Payload.Parcel> parcels() {
    Arbitrary<Entry> entries =
        Combinators.combine(roles(), incarnations(), messages()).as(Entry::new);
    return Combinators.combine(lives(), longs(), entries.list().ofMinSize(1).ofMaxSize(8))
        .as(
            (from, roster, list) ->
                new Payload.Parcel(
                    list.stream()
                        .map(e -> new Envelope(e.role(), from, e.to(), roster, e.message()))
                        .toList()));
  }

  private record Entry(String role, long to, Message message) {}

  private static Arbitrary<Long> incarnations() {
    return Arbitraries.oneOf(longs(), Arbitraries.of(Life.ANY, 7L));
  }

  static Arbitrary<Message> messages() {
    return Arbitraries.oneOf(
        List.of(
            longs().map(Message.StateRequest::new),
            stateReplies(),
            Combinators.combine(longs(), evidence().list().ofMaxSize(20)).as(Message.Canvass::new),
            Combinators.combine(longs(), booleans(), longs(), longs())
                .as(Message.CanvassReply::new),
            Combinators.combine(longs(), longs(), evidence().list().ofMaxSize(20))
                .as(Message.VoteRequest::new),
            Combinators.combine(
                    longs(), longs(), booleans(), longs(), longs(), values().injectNull(0.3))
                .as(Message.VoteReply::new),
            heartbeats(),
            Combinators.combine(
                    longs(), longs(), booleans(), longs(), versions(), longs(), booleans())
                .as(Message.HeartbeatReply::new),
            Combinators.combine(longs(), members().injectNull(0.3)).as(Message.Resignation::new),
            Combinators.combine(versions(), rosters()).as(Message.RosterNews::new),
            Combinators.combine(longs(), roles().list().ofMaxSize(9))
                .as(Message.InventoryRequest::new),
            Combinators.combine(
                    longs(), versions(), booleans(), parts(), Arbitraries.maps(roles(), holdings()))
                .as(Message.Inventory::new),
            Combinators.combine(longs(), goals()).as(Message.RosterWish::new),
            Combinators.combine(
                    longs(), Arbitraries.of(RosterStep.Refusal.class).injectNull(0.3), roles())
                .as(Message.RosterReply::new)));
  }

  private static Arbitrary<RosterMember> rosterMembers() {
    return Combinators.combine(members(), Arbitraries.integers().between(0, 100), booleans())
        .as(RosterMember::new);
  }

  private static Arbitrary<Roster> rosters() {
    return Combinators.combine(
            longs(), longs(), rosterMembers().list().uniqueElements(RosterMember::member))
        .as(Roster::new);
  }

  private static Arbitrary<Holding> holdings() {
    return Combinators.combine(longs(), versions()).as(Holding::new);
  }

  private static Arbitrary<Message.Part> parts() {
    return Combinators.combine(
            longs(),
            Arbitraries.integers().between(0, 9),
            Arbitraries.integers().between(10, 65_535))
        .as(Message.Part::new);
  }

  private static Arbitrary<RosterGoal> goals() {
    return Arbitraries.oneOf(
        rosterMembers().map(RosterGoal.Have::new),
        members().map(RosterGoal.Lack::new),
        Arbitraries.of(new RosterGoal.Cancel()));
  }

  private static Arbitrary<Message> heartbeats() {
    Arbitrary<Message.Echo> echoes = Combinators.combine(longs(), longs()).as(Message.Echo::new);
    return Combinators.combine(
            longs(),
            longs(),
            versions(),
            versions(),
            values().injectNull(0.3),
            echoes.injectNull(0.3))
        .as(Message.Heartbeat::new);
  }

  private static Arbitrary<Message> stateReplies() {
    return Combinators.combine(
            longs(), Arbitraries.of(Message.Knowledge.class), longs(), values(), foundings())
        .as(Message.StateReply::new);
  }

  private static Arbitrary<Hello> hellos() {
    Arbitrary<TimeValues> times =
        Combinators.combine(longs(), longs(), Arbitraries.doubles()).as(TimeValues::new);
    Arbitrary<Hello.Presence> presences =
        Combinators.combine(longs(), longs(), booleans()).as(Hello.Presence::new);
    return Combinators.combine(lives(), roles(), times, addresses(), presences, booleans())
        .as(Hello::new);
  }

  private static Arbitrary<InetSocketAddress> addresses() {
    Arbitrary<byte[]> v4 = Arbitraries.bytes().array(byte[].class).ofSize(4);
    Arbitrary<byte[]> v6 = Arbitraries.bytes().array(byte[].class).ofSize(16);
    return Combinators.combine(Arbitraries.oneOf(v4, v6), Arbitraries.integers().between(0, 65535))
        .as(
            (bytes, port) -> {
              try {
                return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
              } catch (UnknownHostException e) {
                throw new IllegalArgumentException(e);
              }
            });
  }

  private static Arbitrary<Founding> foundings() {
    return Combinators.combine(Arbitraries.maps(members(), longs()).ofMaxSize(20), booleans())
        .as(Founding::new);
  }

  private static Arbitrary<Evidence> evidence() {
    return Arbitraries.oneOf(
        Combinators.combine(lives(), longs()).as(Evidence.Resigned::new),
        lives().map(Evidence.Died::new));
  }

  private static Arbitrary<RegisterValue> values() {
    return Combinators.combine(
            versions(), Arbitraries.bytes().array(byte[].class).ofMaxSize(RegisterValue.MAX_BYTES))
        .as(RegisterValue::new);
  }

  private static Arbitrary<RegisterVersion> versions() {
    return Combinators.combine(longs(), longs()).as(RegisterVersion::new);
  }

  private static Arbitrary<Life> lives() {
    return Combinators.combine(members(), longs().filter(n -> n != Life.ANY)).as(Life::new);
  }

  private static Arbitrary<MemberId> members() {
    return names("._-").map(MemberId::new);
  }

  private static Arbitrary<String> roles() {
    return names("._:-");
  }

  private static Arbitrary<String> names(String special) {
    return Arbitraries.strings()
        .alpha()
        .numeric()
        .withChars(special)
        .ofMinLength(1)
        .ofMaxLength(64);
  }

  private static Arbitrary<Long> longs() {
    return Arbitraries.oneOf(Arbitraries.longs(), Arbitraries.longs().between(0, 3));
  }

  private static Arbitrary<Boolean> booleans() {
    return Arbitraries.of(true, false);
  }
}
