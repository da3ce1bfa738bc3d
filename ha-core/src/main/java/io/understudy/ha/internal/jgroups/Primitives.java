package io.understudy.ha.internal.jgroups;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The hash functions that everything here is built of: SHA-256, HMAC-SHA-256 (RFC 2104) and
 * HKDF-SHA-256 (RFC 5869).
 */
final class Primitives {
  static final int HASH_BYTES = 32;

  private static final String HMAC = "HmacSHA256";

  private Primitives() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw missing("SHA-256", e);
    }
  }

  static byte[] hash(byte[]... parts) {
    MessageDigest digest = sha256();
    for (byte[] part : parts) {
      digest.update(part);
    }
    return digest.digest();
  }

  static byte[] hmac(byte[] key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw missing(HMAC, e);
    }
  }

  /** RFC 5869, 2.2. The salt must not be empty. */
  static byte[] hkdfExtract(byte[] salt, byte[]... keyMaterial) {
    return hmac(salt, keyMaterial);
  }

  /** RFC 5869, 2.3. */
  static byte[] hkdfExpand(byte[] pseudoRandomKey, byte[] info, int length) {
    byte[] output = new byte[length];
    byte[] block = new byte[0];
    int filled = 0;
    for (int counter = 1; filled < length; counter++) {
      block = hmac(pseudoRandomKey, block, info, new byte[] {(byte) counter});
      int take = Math.min(block.length, length - filled);
      System.arraycopy(block, 0, output, filled, take);
      filled += take;
    }
    return output;
  }

  /** Compares in a time that does not depend on the content. */
  static boolean sameBytes(byte[] left, byte[] right) {
    return MessageDigest.isEqual(left, right);
  }

  static byte[] concat(byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    byte[] all = new byte[length];
    int position = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, position, part.length);
      position += part.length;
    }
    return all;
  }

  static IllegalStateException missing(String algorithm, GeneralSecurityException cause) {
    return new IllegalStateException(
        "this Java runtime has no working " + algorithm + "; run on one that has java.base's own",
        cause);
  }
}
