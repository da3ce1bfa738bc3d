package io.understudy.ha.internal.jgroups;

import io.understudy.ha.internal.election.Life;
import java.util.Arrays;

/** The side that connects; see {@link Handshake}. One object for one connection. */
final class ClientHandshake {
  private final ClusterKeys keys;
  private final Life self;
  private final Handshake.Purpose purpose;
  private final EphemeralKey ephemeral = EphemeralKey.generate();
  private final byte[] hello;

  /**
   * What follows from the server's answer.
   *
   * @param message the last message to send
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  record Finish(byte[] message, Handshake.Session session) {}

  ClientHandshake(ClusterKeys keys, Life self, Handshake.Purpose purpose) {
    this.keys = keys;
    this.self = self;
    this.purpose = purpose;
    byte[] open =
        Primitives.concat(
            Handshake.MAGIC,
            new byte[] {Handshake.VERSION},
            Handshake.nonce(),
            ephemeral.publicBytes());
    this.hello = Primitives.concat(open, Primitives.hmac(keys.helloKey(), open));
  }

  /** The first message. */
  byte[] hello() {
    return hello.clone();
  }

  /** What the first byte of the answer says; everything but a welcome is an exception. */
  static void checkStatus(int status) throws HandshakeException {
    switch (status) {
      case Handshake.STATUS_WELCOME -> {}
      case Handshake.STATUS_OTHER_SECRET ->
          throw new HandshakeException(
              HandshakeException.Reason.OTHER_SECRET,
              "it refuses this member: another secret or another cluster name");
      case Handshake.STATUS_OTHER_VERSION ->
          throw new HandshakeException(
              HandshakeException.Reason.OTHER_VERSION, "it speaks another version of the protocol");
      default ->
          throw new HandshakeException(
              HandshakeException.Reason.NO_MEMBER, "it does not speak this protocol");
    }
  }

  /**
   * Checks the answer.
   *
   * @param answer all of it, with the status
   */
  Finish finish(byte[] answer) throws HandshakeException {
    checkStatus(answer[0]);
    int keyAt = 1 + Handshake.NONCE_BYTES;
    int identityAt = keyAt + EphemeralKey.PUBLIC_BYTES;
    int proofAt = identityAt + Handshake.SEALED_BYTES;
    byte[] theirs = Arrays.copyOfRange(answer, keyAt, identityAt);
    Handshake handshake =
        new Handshake(
            keys.handshakeSecret(),
            ephemeral.agree(theirs),
            hello,
            Arrays.copyOf(answer, identityAt));
    byte[] proven = Arrays.copyOf(answer, proofAt);
    byte[] proof = Arrays.copyOfRange(answer, proofAt, answer.length);
    if (!Primitives.sameBytes(proof, handshake.proof("server", hello, proven))) {
      throw Handshake.otherSecret();
    }
    Life peer =
        handshake.openIdentity("server", Arrays.copyOfRange(answer, identityAt, proofAt)).life();
    byte[] identity = handshake.sealIdentity("client", self, purpose);
    byte[] message =
        Primitives.concat(identity, handshake.proof("client", hello, answer, identity));
    Handshake.Identity other = new Handshake.Identity(peer, purpose);
    return new Finish(message, handshake.session("client", "server", other));
  }
}
