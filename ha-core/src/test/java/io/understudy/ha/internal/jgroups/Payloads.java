package io.understudy.ha.internal.jgroups;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
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
    return Arbitraries.oneOf(hellos().map(h -> (Payload) h), letters());
  }

  private static Arbitrary<Payload> letters() {
    return Combinators.combine(roles(), lives(), longs(), longs(), messages())
        .as(
            (role, from, to, roster, message) ->
                new Payload.Letter(new Envelope(role, from, to, roster, message)));
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
            Combinators.combine(longs(), members().injectNull(0.3)).as(Message.Resignation::new)));
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
    return Arbitraries.longs();
  }

  private static Arbitrary<Boolean> booleans() {
    return Arbitraries.of(true, false);
  }
}
