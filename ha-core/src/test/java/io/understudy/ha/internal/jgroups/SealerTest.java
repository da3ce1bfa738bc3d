package io.understudy.ha.internal.jgroups;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.Secret;
import io.understudy.ha.internal.election.Life;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class SealerTest {
  private static final byte[] CONTENT = ClusterKeys.ascii("vote for me");
  private static final ClusterKeys KEYS = ClusterKeys.of(Member.SECRET, "test");
  private static final Life ONE = new Life(MemberId.of("n1"), 11);
  private static final Life TWO = new Life(MemberId.of("n2"), 22);

  private final Sealer one = new Sealer(KEYS, ONE);
  private final Sealer two = new Sealer(KEYS, TWO);

  private static Sealer.Opened open(Sealer sealer, byte[] sealed) throws MalformedMessageException {
    return sealer.open(sealed, 0, sealed.length);
  }

  private static void assertRefused(Sealer sealer, byte[] sealed) {
    assertThrows(MalformedMessageException.class, () -> open(sealer, sealed));
  }

  @Test
  void theAddresseeOpensItOnce() throws Exception {
    byte[] sealed = one.seal(TWO, CONTENT);
    Sealer.Opened opened = open(two, sealed);
    assertEquals(ONE, opened.from());
    assertTrue(opened.addressed());
    assertArrayEquals(CONTENT, opened.content());
    assertRefused(two, sealed);
  }

  @Test
  void anotherMemberOrAnotherLifeCannotOpenIt() {
    byte[] sealed = one.seal(TWO, CONTENT);
    assertRefused(new Sealer(KEYS, new Life(TWO.member(), 23)), sealed);
    assertRefused(new Sealer(KEYS, new Life(MemberId.of("n3"), 22)), sealed);
    assertRefused(one, sealed);
  }

  @Test
  void aMessageForEverybodyIsMarkedSo() throws Exception {
    byte[] sealed = one.seal(null, CONTENT);
    assertFalse(open(two, sealed).addressed());
    assertFalse(open(new Sealer(KEYS, new Life(MemberId.of("n3"), 3)), sealed).addressed());
  }

  @Test
  void anotherSecretOrClusterCannotOpenIt() {
    byte[] sealed = one.seal(null, CONTENT);
    Secret other = Secret.of("another secret altogether");
    assertRefused(new Sealer(ClusterKeys.of(other, "test"), TWO), sealed);
    assertRefused(new Sealer(ClusterKeys.of(Member.SECRET, "prod"), TWO), sealed);
  }

  @Test
  void messagesMayOvertakeEachOther() throws Exception {
    byte[] first = one.seal(TWO, CONTENT);
    byte[] second = one.seal(TWO, CONTENT);
    open(two, second);
    open(two, first);
    assertRefused(two, first);
    assertRefused(two, second);
  }

  @Test
  void anAlteredByteAnywhereIsRefusedAndUsesNothingUp() throws Exception {
    byte[] sealed = one.seal(TWO, CONTENT);
    for (int i = 0; i < sealed.length; i++) {
      byte[] altered = sealed.clone();
      altered[i] ^= 1;
      assertRefused(two, altered);
    }
    open(two, sealed);
  }

  @Property
  void arbitraryBytesAreRefused(@ForAll byte[] bytes) {
    assertRefused(new Sealer(KEYS, TWO), bytes);
  }

  @Property
  void apartIsRefused(@ForAll @IntRange(max = 60) int length) {
    byte[] sealed = one.seal(TWO, CONTENT);
    assertThrows(
        MalformedMessageException.class,
        () -> two.open(sealed, 0, Math.min(length, sealed.length - 1)));
  }
}
