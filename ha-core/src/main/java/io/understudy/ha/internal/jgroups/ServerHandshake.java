package io.understudy.ha.internal.jgroups;

import io.understudy.ha.internal.election.Life;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The side that is connected to; see {@link Handshake}. One object for one connection. */
final class ServerHandshake {
  private final ClusterKeys keys;
  private final Life self;
  private byte[] hello = new byte[0];
  private byte[] answer = new byte[0];
  private @Nullable Handshake handshake;

  ServerHandshake(ClusterKeys keys, Life self) {
    this.keys = keys;
    this.self = self;
  }

  /** Whether these first bytes can still become a member's hello. */
  static boolean mayBeHello(byte[] bytes, int length) {
    int known = Math.min(length, Handshake.MAGIC_BYTES);
    return Arrays.equals(bytes, 0, known, Handshake.MAGIC, 0, known);
  }

  /**
   * What to say to a client that is refused; nothing to one that does not even speak the protocol.
   */
  static byte[] refusal(HandshakeException refused) {
    return switch (refused.reason()) {
      case OTHER_SECRET -> new byte[] {Handshake.STATUS_OTHER_SECRET};
      case OTHER_VERSION -> new byte[] {Handshake.STATUS_OTHER_VERSION};
      default -> new byte[0];
    };
  }

  /** Checks the client's hello and answers it. */
  byte[] answer(byte[] clientHello) throws HandshakeException {
    check(clientHello);
    hello = clientHello.clone();
    EphemeralKey ephemeral = EphemeralKey.generate();
    int keyAt = Handshake.MAGIC_BYTES + 1 + Handshake.NONCE_BYTES;
    byte[] theirs = Arrays.copyOfRange(hello, keyAt, keyAt + EphemeralKey.PUBLIC_BYTES);
    byte[] start =
        Primitives.concat(
            new byte[] {Handshake.STATUS_WELCOME}, Handshake.nonce(), ephemeral.publicBytes());
    Handshake agreed = new Handshake(keys.handshakeSecret(), ephemeral.agree(theirs), hello, start);
    byte[] proven =
        Primitives.concat(start, agreed.sealIdentity("server", self, Handshake.Purpose.TALK));
    answer = Primitives.concat(proven, agreed.proof("server", hello, proven));
    handshake = agreed;
    return answer.clone();
  }

  private void check(byte[] clientHello) throws HandshakeException {
    if (!mayBeHello(clientHello, clientHello.length)) {
      throw new HandshakeException(
          HandshakeException.Reason.NO_MEMBER, "it does not speak this protocol");
    }
    if (clientHello[Handshake.MAGIC_BYTES] != Handshake.VERSION) {
      throw new HandshakeException(
          HandshakeException.Reason.OTHER_VERSION,
          "it speaks version " + clientHello[Handshake.MAGIC_BYTES] + " of the protocol");
    }
    int macAt = Handshake.HELLO_BYTES - Primitives.HASH_BYTES;
    byte[] expected = Primitives.hmac(keys.helloKey(), Arrays.copyOf(clientHello, macAt));
    if (!Primitives.sameBytes(
        expected, Arrays.copyOfRange(clientHello, macAt, Handshake.HELLO_BYTES))) {
      throw Handshake.otherSecret();
    }
  }

  /** Checks the client's last message. */
  Handshake.Session accept(byte[] finish) throws HandshakeException {
    Handshake agreed = handshake;
    if (agreed == null) {
      throw new IllegalStateException("accept() before answer()");
    }
    byte[] identity = Arrays.copyOf(finish, Handshake.SEALED_BYTES);
    byte[] proof = Arrays.copyOfRange(finish, Handshake.SEALED_BYTES, Handshake.FINISH_BYTES);
    if (!Primitives.sameBytes(proof, agreed.proof("client", hello, answer, identity))) {
      throw Handshake.otherSecret();
    }
    return agreed.session("server", "client", agreed.openIdentity("client", identity));
  }
}
