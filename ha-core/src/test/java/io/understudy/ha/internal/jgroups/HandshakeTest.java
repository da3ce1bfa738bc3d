package io.understudy.ha.internal.jgroups;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.Secret;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.jgroups.HandshakeException.Reason;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class HandshakeTest {
  private static final ClusterKeys KEYS = ClusterKeys.of(Member.SECRET, "test");
  private static final Life ONE = new Life(MemberId.of("n1"), 11);
  private static final Life TWO = new Life(MemberId.of("n".repeat(64)), -22);

  private final ClientHandshake client = new ClientHandshake(KEYS, ONE, Handshake.Purpose.TALK);
  private final ServerHandshake server = new ServerHandshake(KEYS, TWO);

  @Test
  void bothSidesLearnEachOtherAndShareKeys() throws Exception {
    ClientHandshake.Finish finish = client.finish(server.answer(client.hello()));
    Handshake.Session atServer = server.accept(finish.message());
    Handshake.Session atClient = finish.session();
    assertEquals(TWO, atClient.peer());
    assertEquals(ONE, atServer.peer());
    assertArrayEquals(atClient.sendKey(), atServer.receiveKey());
    assertArrayEquals(atClient.receiveKey(), atServer.sendKey());
    assertFalse(java.util.Arrays.equals(atClient.sendKey(), atClient.receiveKey()));
  }

  @Test
  void theServerReadsLessThan256BytesBeforeItKnowsTheClient() {
    assertTrue(Handshake.SERVER_READS < 256, () -> "it reads " + Handshake.SERVER_READS);
    assertEquals(Handshake.HELLO_BYTES, client.hello().length);
  }

  @Test
  void everyConnectionHasItsOwnKeys() throws Exception {
    Handshake.Session first = client.finish(server.answer(client.hello())).session();
    ClientHandshake again = new ClientHandshake(KEYS, ONE, Handshake.Purpose.TALK);
    Handshake.Session second =
        again.finish(new ServerHandshake(KEYS, TWO).answer(again.hello())).session();
    assertNotEquals(hex(first.sendKey()), hex(second.sendKey()));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void aClientWithAnotherSecretOrClusterIsRefusedByItsHello() {
    ClusterKeys otherSecret = ClusterKeys.of(Secret.of("another secret altogether"), "test");
    ClusterKeys otherCluster = ClusterKeys.of(Member.SECRET, "prod");
    assertReason(
        Reason.OTHER_SECRET,
        () -> server.answer(new ClientHandshake(otherSecret, ONE, Handshake.Purpose.TALK).hello()));
    assertReason(
        Reason.OTHER_SECRET,
        () ->
            server.answer(new ClientHandshake(otherCluster, ONE, Handshake.Purpose.TALK).hello()));
  }

  @Test
  void aServerThatDoesNotKnowTheSecretCannotAnswer() throws Exception {
    byte[] answer = server.answer(client.hello());
    byte[] altered = answer.clone();
    altered[altered.length - 1] ^= 1;
    assertReason(Reason.OTHER_SECRET, () -> client.finish(altered));
    assertReason(
        Reason.OTHER_SECRET, () -> ClientHandshake.checkStatus(Handshake.STATUS_OTHER_SECRET));
    assertReason(Reason.NO_MEMBER, () -> ClientHandshake.checkStatus('H'));
  }

  @Test
  void everyByteOfTheHandshakeCounts() throws Exception {
    byte[] hello = client.hello();
    for (int i = 0; i < hello.length; i++) {
      byte[] altered = hello.clone();
      altered[i] ^= 1;
      assertThrows(HandshakeException.class, () -> new ServerHandshake(KEYS, TWO).answer(altered));
    }
    byte[] answer = server.answer(hello);
    for (int i = 0; i < answer.length; i++) {
      byte[] altered = answer.clone();
      altered[i] ^= 1;
      assertThrows(HandshakeException.class, () -> client.finish(altered));
    }
    byte[] finish = client.finish(answer).message();
    for (int i = 0; i < finish.length; i++) {
      byte[] altered = finish.clone();
      altered[i] ^= 1;
      assertThrows(HandshakeException.class, () -> server.accept(altered));
    }
    server.accept(finish);
  }

  @Test
  void aRecordedClientIsRefusedByTheNextConnection() throws Exception {
    byte[] hello = client.hello();
    byte[] finish = client.finish(server.answer(hello)).message();
    ServerHandshake next = new ServerHandshake(KEYS, TWO);
    next.answer(hello);
    assertReason(Reason.OTHER_SECRET, () -> next.accept(finish));
  }

  @Test
  void aServersWordsCannotBeReflectedToIt() throws Exception {
    byte[] answer = server.answer(client.hello());
    byte[] reflected =
        java.util.Arrays.copyOfRange(answer, answer.length - Handshake.FINISH_BYTES, answer.length);
    assertReason(Reason.OTHER_SECRET, () -> server.accept(reflected));
  }

  @Test
  void thisProcessAndAnotherOneUnderItsNameAreToldApart() {
    assertReason(Reason.SELF, () -> Handshake.checkPeer(ONE, ONE));
    assertReason(Reason.SAME_MEMBER, () -> Handshake.checkPeer(ONE, new Life(ONE.member(), 12)));
  }

  @Test
  void anotherVersionIsToldSoAndAStrangerNothing() {
    byte[] hello = client.hello();
    hello[Handshake.MAGIC_BYTES] = 9;
    HandshakeException version = assertThrows(HandshakeException.class, () -> server.answer(hello));
    assertEquals(Reason.OTHER_VERSION, version.reason());
    assertEquals(1, ServerHandshake.refusal(version).length);
    HandshakeException stranger =
        assertThrows(
            HandshakeException.class, () -> server.answer(new byte[Handshake.HELLO_BYTES]));
    assertEquals(0, ServerHandshake.refusal(stranger).length);
  }

  private static void assertReason(
      Reason reason, org.junit.jupiter.api.function.Executable handshake) {
    assertEquals(reason, assertThrows(HandshakeException.class, handshake).reason());
  }
}
