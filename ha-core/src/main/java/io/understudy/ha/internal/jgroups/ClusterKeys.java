package io.understudy.ha.internal.jgroups;

import io.understudy.ha.MemberId;
import io.understudy.ha.Secret;
import io.understudy.ha.internal.election.Life;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What follows from the shared secret and the cluster's name. Another name gives other keys, so
 * members of two clusters with one secret are strangers to each other.
 *
 * <p>The secret is used as a key, not as a password: whoever can make a member connect to him can
 * test guesses offline. A secret of high entropy makes that pointless, and the documentation asks
 * for one.
 */
final class ClusterKeys {
  private static final byte[] SALT = ascii("understudy cluster keys 1");

  private final byte[] root;

  private ClusterKeys(byte[] root) {
    this.root = root;
  }

  static ClusterKeys of(Secret secret, String cluster) {
    byte[] extracted = Primitives.hkdfExtract(SALT, secret.bytes());
    return new ClusterKeys(
        Primitives.hkdfExpand(extracted, ascii("cluster " + cluster), Primitives.HASH_BYTES));
  }

  /** Proves, before any costly step, that a connecting client knows the secret. */
  byte[] helloKey() {
    return derive("hello");
  }

  /** The secret's part in the keys of a connection. */
  byte[] handshakeSecret() {
    return derive("handshake");
  }

  /** The AES-256 key under which one life seals its messages. */
  byte[] sealingKey(Life life) {
    MemberId member = life.member();
    byte[] incarnation = ByteBuffer.allocate(Long.BYTES).putLong(life.incarnation()).array();
    return Primitives.hkdfExpand(
        root, Primitives.concat(ascii("seal " + member + " "), incarnation), 32);
  }

  private byte[] derive(String purpose) {
    return Primitives.hkdfExpand(root, ascii(purpose), Primitives.HASH_BYTES);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
