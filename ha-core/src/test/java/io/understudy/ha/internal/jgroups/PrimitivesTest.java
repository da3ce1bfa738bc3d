package io.understudy.ha.internal.jgroups;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class PrimitivesTest {
  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  @Test
  void hkdfAgreesWithRfc5869TestCase1() {
    byte[] key = Primitives.hkdfExtract(hex("000102030405060708090a0b0c"), hex("0b".repeat(22)));
    assertArrayEquals(hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"), key);
    assertArrayEquals(
        hex(
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b8"
                + "87185865"),
        Primitives.hkdfExpand(key, hex("f0f1f2f3f4f5f6f7f8f9"), 42));
  }

  @Test
  void hkdfAgreesWithRfc5869TestCase2() {
    StringBuilder bytes = new StringBuilder();
    for (int i = 0; i < 256; i++) {
      bytes.append(String.format("%02x", i));
    }
    byte[] key =
        Primitives.hkdfExtract(
            hex(bytes.substring(2 * 0x60, 2 * 0xb0)), hex(bytes.substring(0, 2 * 0x50)));
    byte[] output = Primitives.hkdfExpand(key, hex(bytes.substring(2 * 0xb0)), 82);
    assertEquals(
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
            + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
            + "cc30c58179ec3e87c14c01d5c1f3434f1d87",
        HexFormat.of().formatHex(output));
  }

  @Test
  void twoKeysAgree() throws Exception {
    EphemeralKey left = EphemeralKey.generate();
    EphemeralKey right = EphemeralKey.generate();
    assertArrayEquals(left.agree(right.publicBytes()), right.agree(left.publicBytes()));
  }

  @Test
  void theWireFormOfKeysIsThatOfRfc7748Section52() throws Exception {
    byte[] scalar = hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
    PrivateKey privateKey =
        KeyFactory.getInstance("X25519")
            .generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar));
    assertArrayEquals(
        hex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"),
        new EphemeralKey(new KeyPair(null, privateKey))
            .agree(hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")));
  }

  @Test
  void keysThatFixTheResultAreRefused() {
    EphemeralKey key = EphemeralKey.generate();
    assertThrows(HandshakeException.class, () -> key.agree(new byte[32]));
    byte[] one = new byte[32];
    one[0] = 1;
    assertThrows(HandshakeException.class, () -> key.agree(one));
  }
}
