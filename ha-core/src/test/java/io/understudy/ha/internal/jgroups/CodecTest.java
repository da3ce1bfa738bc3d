package io.understudy.ha.internal.jgroups;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class CodecTest {
  private static final Life LIFE = new Life(MemberId.of("n1"), 7);

  @Provide
  Arbitrary<Payload> payloads() {
    return Payloads.any();
  }

  @Property
  void whatWasEncodedIsDecoded(@ForAll("payloads") Payload payload) throws Exception {
    byte[] bytes = Codec.encode(payload);
    Payload decoded = Codec.decode(bytes);
    assertEquals(payload, decoded);
    assertArrayEquals(bytes, Codec.encode(decoded));
  }

  @Property
  void arbitraryBytesAreMalformedOrAPayload(@ForAll byte[] bytes) {
    decodeOrMalformed(bytes);
  }

  @Property
  void arbitraryBytesAfterAGoodStartAreMalformedOrAPayload(@ForAll byte kind, @ForAll byte[] rest) {
    decodeOrMalformed(Primitives.concat(new byte[] {1, (byte) (kind & 15)}, rest));
  }

  @Property
  void alteredPayloadsAreMalformedOrAnotherPayload(
      @ForAll("payloads") Payload payload, @ForAll long seed) {
    byte[] bytes = Codec.encode(payload);
    Random random = new Random(seed);
    for (int i = 0; i < 50; i++) {
      byte[] altered = bytes.clone();
      for (int change = random.nextInt(4); change >= 0; change--) {
        altered[random.nextInt(altered.length)] = (byte) random.nextInt();
      }
      decodeOrMalformed(altered);
    }
  }

  @Property(tries = 200)
  void aMissingOrATrailingByteIsMalformed(@ForAll("payloads") Payload payload) {
    byte[] bytes = Codec.encode(payload);
    assertMalformed(Arrays.copyOf(bytes, bytes.length + 1));
    assertMalformed(Arrays.copyOf(bytes, bytes.length - 1));
  }

  private static void decodeOrMalformed(byte[] bytes) {
    try {
      Codec.decode(bytes);
    } catch (MalformedMessageException expected) {
      // Any other exception fails the property.
    }
  }

  private static void assertMalformed(byte[] bytes) {
    assertThrows(MalformedMessageException.class, () -> Codec.decode(bytes));
  }

  @Test
  void anotherVersionIsMalformed() {
    byte[] bytes = Codec.encode(letter(new Message.StateRequest(1)));
    bytes[0] = 2;
    assertMalformed(bytes);
  }

  @Test
  void anUnknownKindIsMalformed() {
    byte[] bytes = Codec.encode(letter(new Message.StateRequest(1)));
    bytes[1] = 99;
    assertMalformed(bytes);
  }

  @Test
  void aKindThatIsNoPayloadIsMalformed() {
    byte[] bytes = Codec.encode(letter(new Message.StateRequest(1)));
    bytes[1] = 2;
    assertMalformed(bytes);
  }

  @Test
  void tooManyBytesAreNotLookedAt() {
    assertMalformed(new byte[Codec.MAX_BYTES + 1]);
  }

  @Test
  void aListThatClaimsMoreThanIsAllowedIsMalformed() {
    byte[] bytes = Codec.encode(letter(new Message.Canvass(1, List.of())));
    bytes[bytes.length - 2] = (byte) 0xff;
    assertMalformed(bytes);
  }

  @Test
  void aMemberWithoutIncarnationIsMalformed() {
    byte[] bytes = Codec.encode(letter(new Message.Canvass(1, List.of(new Evidence.Died(LIFE)))));
    bytes[bytes.length - 1] = 0; // the incarnation was 7
    assertMalformed(bytes);
  }

  @Test
  void whatNoReaderAcceptsIsNotWritten() {
    Message tooLong =
        new Message.Canvass(
            1, Collections.nCopies(Codec.MAX_ELEMENTS + 1, new Evidence.Died(LIFE)));
    assertThrows(IllegalArgumentException.class, () -> Codec.encode(letter(tooLong)));
    Envelope badRole = new Envelope("no role", LIFE, 0, 0, new Message.StateRequest(1));
    assertThrows(IllegalArgumentException.class, () -> Codec.encode(parcel(List.of(badRole))));
  }

  @Test
  void aReportTravelsAsItIsUpToItsBound() throws Exception {
    byte[] content = new byte[Message.Report.MAX_BYTES];
    new Random(1).nextBytes(content);
    byte[] bytes = Codec.encode(letter(new Message.Report(Long.MAX_VALUE, content)));
    Payload.Parcel parcel = (Payload.Parcel) Codec.decode(bytes);
    Message.Report report = (Message.Report) parcel.envelopes().get(0).message();
    assertEquals(Long.MAX_VALUE, report.number());
    assertArrayEquals(content, report.content());
    Message tooLong = new Message.Report(1, new byte[Message.Report.MAX_BYTES + 1]);
    assertThrows(IllegalArgumentException.class, () -> Codec.encode(letter(tooLong)));
  }

  private static Payload letter(Message message) {
    return parcel(List.of(new Envelope("main", LIFE, Life.ANY, 1, message)));
  }

  private static Payload parcel(List<Envelope> envelopes) {
    return new Payload.Parcel(envelopes);
  }
}
