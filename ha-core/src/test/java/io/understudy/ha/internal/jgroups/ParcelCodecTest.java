package io.understudy.ha.internal.jgroups;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class ParcelCodecTest {
  private static final Life LIFE = new Life(MemberId.of("n1"), 0x7a11_0000_dead_beefL);
  private static final long PEER = 0x1234_5678_9abc_def0L;
  private static final long NOW = 86_400_000_000_000L;

  @Provide
  Arbitrary<List<Payload.Parcel>> parcels() {
    return Payloads.parcels().list().ofMaxSize(4);
  }

  @Property(tries = 300)
  void whatWasPackedIsUnpackedInItsOrder(@ForAll("parcels") List<Payload.Parcel> parcels)
      throws Exception {
    List<Envelope> envelopes = new ArrayList<>(); // of several lives and roster versions
    parcels.forEach(parcel -> envelopes.addAll(parcel.envelopes()));
    assertEquals(envelopes, unpack(ParcelCodec.pack(envelopes)));
  }

  @Test
  void whatDoesNotFitIntoOneMessageTravelsInSeveral() throws Exception {
    List<Envelope> envelopes = new ArrayList<>();
    for (int role = 1; role <= 200; role++) {
      envelopes.add(envelope(role, state(RegisterValue.MAX_BYTES)));
    }
    List<byte[]> packed = ParcelCodec.pack(envelopes);
    assertEquals(envelopes, unpack(packed));
    assertTrue(packed.stream().allMatch(bytes -> bytes.length <= Codec.MAX_BYTES));
    int fit = Codec.MAX_BYTES / (RegisterValue.MAX_BYTES + 100);
    assertEquals((200 + fit - 1) / fit, packed.size());
  }

  @Test
  void moreEntriesThanAReaderTakesTravelInSeveral() throws Exception {
    List<Envelope> envelopes = new ArrayList<>();
    for (int role = 0; role <= Codec.MAX_ELEMENTS; role++) {
      envelopes.add(envelope(role, heartbeat(role)));
    }
    List<byte[]> packed = ParcelCodec.pack(envelopes);
    assertEquals(2, packed.size());
    assertEquals(envelopes, unpack(packed));
  }

  @Test
  void aParcelForOneMessageIsNeverCut() {
    List<Envelope> tooMany = new ArrayList<>();
    for (int role = 1; role <= 20; role++) {
      tooMany.add(envelope(role, state(RegisterValue.MAX_BYTES)));
    }
    assertThrows(IllegalArgumentException.class, () -> Codec.encode(new Payload.Parcel(tooMany)));
    assertThrows(IllegalArgumentException.class, () -> Codec.encode(new Payload.Parcel(List.of())));
  }

  @Test
  void twoHundredRolesCostAHeartbeatAndItsAnswerEightBytesEach() {
    List<Envelope> heartbeats = new ArrayList<>();
    List<Envelope> replies = new ArrayList<>();
    for (int role = 1; role <= 200; role++) {
      heartbeats.add(envelope(role, heartbeat(role)));
      replies.add(envelope(role, reply(role)));
    }
    assertTrue(bytes(heartbeats) < 64 + 200 * 8, () -> bytes(heartbeats) + " bytes");
    assertTrue(bytes(replies) < 64 + 200 * 8, () -> bytes(replies) + " bytes");
  }

  @Test
  void anEmptyParcelIsMalformed() {
    byte[] bytes = Codec.encode(new Payload.Parcel(List.of(envelope(1, heartbeat(1)))));
    int countAt = 2 + 1 + LIFE.member().value().length() + 8 + 8;
    bytes[countAt + 1] = 0;
    assertThrows(MalformedMessageException.class, () -> Codec.decode(bytes));
  }

  private static int bytes(List<Envelope> envelopes) {
    List<byte[]> packed = ParcelCodec.pack(envelopes);
    assertEquals(1, packed.size());
    return packed.get(0).length;
  }

  private static List<Envelope> unpack(List<byte[]> packed) throws MalformedMessageException {
    List<Envelope> envelopes = new ArrayList<>();
    for (byte[] bytes : packed) {
      envelopes.addAll(((Payload.Parcel) Codec.decode(bytes)).envelopes());
    }
    return envelopes;
  }

  private static Envelope envelope(int role, Message message) {
    long to = message instanceof Message.Heartbeat ? Life.ANY : PEER;
    return new Envelope(String.format("role-%03d", role), LIFE, to, 1, message);
  }

  /** Roles have different histories, so epochs and versions differ. */
  private static Message heartbeat(int role) {
    long epoch = 3L + role % 40;
    RegisterVersion version = new RegisterVersion(epoch, role % 7);
    return new Message.Heartbeat(
        epoch, NOW, version, version, null, new Message.Echo(PEER, NOW - 399_000_000));
  }

  private static Message reply(int role) {
    long epoch = 3L + role % 40;
    RegisterVersion version = new RegisterVersion(epoch, role % 7);
    return new Message.HeartbeatReply(epoch, NOW, true, NOW + 300_000, version, epoch, true);
  }

  private static Message state(int bytes) {
    RegisterValue value = new RegisterValue(new RegisterVersion(1, 1), new byte[bytes]);
    return new Message.StateReply(1, Message.Knowledge.KNOWN, 1, value, Founding.NONE);
  }
}
