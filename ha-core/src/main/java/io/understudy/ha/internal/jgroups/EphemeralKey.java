package io.understudy.ha.internal.jgroups;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KeyAgreement;

/** An X25519 key pair of one handshake (RFC 7748), with public keys in their 32-byte wire form. */
final class EphemeralKey {
  static final int PUBLIC_BYTES = 32;

  private static final String ALGORITHM = "X25519";

  private final KeyPair pair;

  EphemeralKey(KeyPair pair) {
    this.pair = pair;
  }

  static EphemeralKey generate() {
    try {
      return new EphemeralKey(KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw Primitives.missing(ALGORITHM, e);
    }
  }

  /** The public key: the coordinate u, little-endian. */
  byte[] publicBytes() {
    byte[] bigEndian = ((XECPublicKey) pair.getPublic()).getU().toByteArray();
    byte[] wire = new byte[PUBLIC_BYTES];
    for (int i = 0; i < Math.min(bigEndian.length, PUBLIC_BYTES); i++) {
      wire[i] = bigEndian[bigEndian.length - 1 - i];
    }
    return wire;
  }

  /**
   * The shared secret.
   *
   * @throws HandshakeException if the other side's key is one of those that fix the result
   */
  byte[] agree(byte[] theirs) throws HandshakeException {
    try {
      KeyAgreement agreement = KeyAgreement.getInstance(ALGORITHM);
      agreement.init(pair.getPrivate());
      agreement.doPhase(publicKey(theirs), true);
      return agreement.generateSecret();
    } catch (InvalidKeyException e) {
      throw new HandshakeException(HandshakeException.Reason.NO_MEMBER, "unusable X25519 key");
    } catch (GeneralSecurityException e) {
      throw Primitives.missing(ALGORITHM, e);
    }
  }

  private static PublicKey publicKey(byte[] wire) throws GeneralSecurityException {
    byte[] bigEndian = new byte[PUBLIC_BYTES];
    for (int i = 0; i < PUBLIC_BYTES; i++) {
      bigEndian[i] = wire[PUBLIC_BYTES - 1 - i];
    }
    bigEndian[0] &= 0x7f; // RFC 7748, 5: the most significant bit is ignored
    return KeyFactory.getInstance(ALGORITHM)
        .generatePublic(
            new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, bigEndian)));
  }
}
