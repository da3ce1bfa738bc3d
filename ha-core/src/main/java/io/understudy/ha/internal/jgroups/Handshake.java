package io.understudy.ha.internal.jgroups;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Life;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * How two members prove to each other that they know the cluster's secret, and agree on keys that
 * nobody else has and that no later connection will have again.
 *
 * <pre>
 * client                                                            server
 *   hello:  magic version | nonce | X25519 key | MAC(secret)   ---&gt;
 *           status | nonce | X25519 key | {identity} | proof   &lt;---  answer
 *   finish: {identity} | proof                                 ---&gt;
 *   ... then records under AES-256-GCM, one key for each direction ...
 * </pre>
 *
 * <p>It is NNpsk0 of the Noise framework (noiseprotocol.org, revision 34) in structure, with a
 * third message so that the server too knows that the client is there now, and built of what the
 * JDK has: X25519 (RFC 7748), HKDF-SHA-256 (RFC 5869), AES-GCM.
 *
 * <ul>
 *   <li>The hello's MAC depends on the secret and the cluster's name. A stranger's bytes cost the
 *       server one HMAC over 69 bytes; it does no curve arithmetic and answers one byte at most.
 *   <li>All keys follow by HKDF from the secret <em>and</em> the X25519 result, salted with a hash
 *       of both hellos. Who learns the secret later cannot read what was recorded before (forward
 *       secrecy); who does not know it gains nothing by being in the middle.
 *   <li>Both nonces and both ephemeral keys enter the proofs, so nothing recorded can be used
 *       again. Client and server use different keys for identity, proof and records, so nothing can
 *       be reflected.
 *   <li>The identities (member, incarnation, and what the connection is for) are encrypted,
 *       authenticated, and of one fixed length.
 *   <li>Every message has a fixed length, and the server reads {@value #SERVER_READS} bytes before
 *       it knows whom it talks to.
 * </ul>
 */
final class Handshake {
  static final int NONCE_BYTES = 32;
  static final int HELLO_BYTES =
      5 + NONCE_BYTES + EphemeralKey.PUBLIC_BYTES + Primitives.HASH_BYTES;
  static final int MAGIC_BYTES = 4;

  private static final int MAX_MEMBER = 64;
  private static final int IDENTITY_BYTES = 1 + MAX_MEMBER + Long.BYTES + 1;
  static final int SEALED_BYTES = IDENTITY_BYTES + AeadKey.TAG_BYTES;
  static final int ANSWER_BYTES =
      1 + NONCE_BYTES + EphemeralKey.PUBLIC_BYTES + SEALED_BYTES + Primitives.HASH_BYTES;
  static final int FINISH_BYTES = SEALED_BYTES + Primitives.HASH_BYTES;
  static final int SERVER_READS = HELLO_BYTES + FINISH_BYTES;

  static final int STATUS_WELCOME = 0;
  static final int STATUS_OTHER_SECRET = 1;
  static final int STATUS_OTHER_VERSION = 2;

  static final byte[] MAGIC = ClusterKeys.ascii("USTD");
  static final byte VERSION = 2;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte[] transcript;
  private final byte[] root;

  /** What a connection is for; the side that connects says so. */
  enum Purpose {
    /** Members talk on it. */
    TALK(1),
    /** Nothing is said on it: its end is what counts, see {@link Watch}. */
    WATCH(2);

    private final int code;

    Purpose(int code) {
      this.code = code;
    }
  }

  /** Who a side is, and what for. */
  record Identity(Life life, Purpose purpose) {}

  /**
   * What a finished handshake leaves.
   *
   * @param peer the other side
   * @param purpose what the connection is for
   * @param sendKey encrypts what this side writes
   * @param receiveKey decrypts what it reads
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  record Session(Life peer, Purpose purpose, byte[] sendKey, byte[] receiveKey) {}

  /** The part that both sides compute alike once they have each other's ephemeral key. */
  Handshake(byte[] secret, byte[] shared, byte[] hello, byte[] answerStart) {
    this.transcript = Primitives.hash(hello, answerStart);
    this.root = Primitives.hkdfExtract(transcript, secret, shared);
  }

  static byte[] nonce() {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    return nonce;
  }

  /** {@code side} is "client" or "server": who made what the key protects. */
  byte[] key(String side, String use) {
    return Primitives.hkdfExpand(root, ClusterKeys.ascii(side + " " + use), 32);
  }

  byte[] sealIdentity(String side, Life self, Purpose purpose) {
    WireWriter out = new WireWriter();
    byte[] member = ClusterKeys.ascii(self.member().value());
    out.u8(member.length)
        .raw(Arrays.copyOf(member, MAX_MEMBER))
        .i64(self.incarnation())
        .u8(purpose.code);
    return new AeadKey(key(side, "identity")).encrypt(0, transcript, out.toBytes());
  }

  Identity openIdentity(String side, byte[] sealed) throws HandshakeException {
    try {
      byte[] plain =
          new AeadKey(key(side, "identity")).decrypt(0, transcript, sealed, 0, sealed.length);
      WireReader in = new WireReader(plain, 0, plain.length);
      int length = Math.min(in.u8(), MAX_MEMBER);
      String member = new String(in.raw(MAX_MEMBER), 0, length, StandardCharsets.US_ASCII);
      Life life = new Life(new MemberId(member), in.i64());
      return new Identity(life, in.u8() == Purpose.WATCH.code ? Purpose.WATCH : Purpose.TALK);
    } catch (MalformedMessageException | IllegalArgumentException e) {
      throw otherSecret();
    }
  }

  /** The proof of one side over everything said before it. */
  byte[] proof(String side, byte[]... said) {
    return Primitives.hmac(key(side, "proof"), Primitives.hash(said));
  }

  Session session(String self, String other, Identity peer) {
    return new Session(peer.life(), peer.purpose(), key(self, "records"), key(other, "records"));
  }

  static HandshakeException otherSecret() {
    return new HandshakeException(
        HandshakeException.Reason.OTHER_SECRET, "it does not know this cluster's secret");
  }

  /** Refuses a peer that is this process, or another one under its name. */
  static void checkPeer(Life self, Life peer) throws HandshakeException {
    if (peer.equals(self)) {
      throw new HandshakeException(HandshakeException.Reason.SELF, "it is this process");
    }
    if (peer.member().equals(self.member())) {
      throw new HandshakeException(
          HandshakeException.Reason.SAME_MEMBER, "another process says to be member " + peer);
    }
  }
}
