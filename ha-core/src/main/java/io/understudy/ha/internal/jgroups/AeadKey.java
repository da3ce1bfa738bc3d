package io.understudy.ha.internal.jgroups;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Key;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM under one key, with nonces that are numbers: the caller never uses a number twice to
 * encrypt. Not threadsafe.
 */
final class AeadKey {
  static final int TAG_BYTES = 16;

  private static final int NONCE_BYTES = 12;
  private static final String TRANSFORMATION = "AES/GCM/NoPadding";

  private final Key key;
  private final Cipher cipher;

  AeadKey(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
    try {
      this.cipher = Cipher.getInstance(TRANSFORMATION);
    } catch (GeneralSecurityException e) {
      throw Primitives.missing(TRANSFORMATION, e);
    }
  }

  /** Encrypts a range; the result is longer by {@link #TAG_BYTES}. */
  byte[] encrypt(long number, byte[] associated, byte[] plain, int offset, int length) {
    try {
      start(Cipher.ENCRYPT_MODE, number, associated);
      return cipher.doFinal(plain, offset, length);
    } catch (GeneralSecurityException e) {
      throw Primitives.missing(TRANSFORMATION, e);
    }
  }

  byte[] encrypt(long number, byte[] associated, byte[] plain) {
    return encrypt(number, associated, plain, 0, plain.length);
  }

  /**
   * Decrypts a range.
   *
   * @throws MalformedMessageException if it was not encrypted so under this key
   */
  byte[] decrypt(long number, byte[] associated, byte[] sealed, int offset, int length)
      throws MalformedMessageException {
    if (length < TAG_BYTES) {
      throw new MalformedMessageException("sealed part of " + length + " bytes");
    }
    try {
      start(Cipher.DECRYPT_MODE, number, associated);
      return cipher.doFinal(sealed, offset, length);
    } catch (AEADBadTagException e) {
      throw new MalformedMessageException("not sealed with this cluster's key, or altered");
    } catch (GeneralSecurityException e) {
      throw Primitives.missing(TRANSFORMATION, e);
    }
  }

  private void start(int mode, long number, byte[] associated) throws GeneralSecurityException {
    byte[] nonce = ByteBuffer.allocate(NONCE_BYTES).putInt(0).putLong(number).array();
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
    cipher.updateAAD(associated);
  }
}
