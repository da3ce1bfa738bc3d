package io.understudy.ha.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.understudy.ha.Connectivity.WhenAllLack;
import io.understudy.ha.MemberId;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Takeover;
import io.understudy.ha.internal.placement.RulesDigest.Rule;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RulesDigestTest {
  private static final RoleSpec PLAIN = RoleSpec.named("db");

  private static RulesDigest of(RoleSpec spec) {
    return RulesDigest.of(spec, WhenAllLack.STAY);
  }

  /** Members of two versions must make the same of the same rules. */
  @Test
  void itIsPartOfTheProtocol() {
    assertEquals(
        List.of(61457, 61457, 6273, 61457, 61457, 44155, 12737, 47884, 52054), of(PLAIN).hashes());
  }

  @Test
  void oneHashOverAllIsPartOfTheProtocolToo() {
    assertEquals(0, RulesDigest.hashOf(Map.of()));
    Map<String, RulesDigest> all = Map.of("db", of(PLAIN), "a", new RulesDigest(List.of(1, 20)));
    assertEquals(1471688868521597817L, RulesDigest.hashOf(all));
  }

  /** Its digits are not those of the others. */
  @Test
  void itIsTheSameInEveryLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG"));
      assertEquals("\u0661", "%d".formatted(1), "the locale has digits of its own");
      itIsPartOfTheProtocol();
      oneHashOverAllIsPartOfTheProtocolToo();
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void eachRuleHasItsOwnHash() {
    Map<Rule, RulesDigest> changed = new EnumMap<>(Rule.class);
    changed.put(Rule.PREFERENCE, of(PLAIN.preferring(List.of(MemberId.of("n1")))));
    changed.put(Rule.FAIL_BACK, of(PLAIN.failingBackAfter(Duration.ZERO)));
    changed.put(Rule.STICKINESS, of(PLAIN.placed(PLAIN.placement().sticking(1))));
    changed.put(Rule.WITH, of(PLAIN.placed(PLAIN.placement().with("ip"))));
    changed.put(Rule.NOT_WITH, of(PLAIN.placed(PLAIN.placement().notWith("ip"))));
    changed.put(Rule.SPREAD, of(PLAIN.placed(PLAIN.placement().spreading())));
    changed.put(Rule.CONNECTIVITY, RulesDigest.of(PLAIN, WhenAllLack.STOP));
    changed.put(Rule.TAKEOVER, of(PLAIN.takenOver(Takeover.atOnce().requiringFence())));
    changed.put(
        Rule.LIMITS, of(PLAIN.running(ResourceGroup.none().restarting(2, Duration.ofHours(1)))));

    for (Rule rule : Rule.values()) {
      List<Integer> plain = of(PLAIN).hashes();
      List<Integer> other = changed.get(rule).hashes();
      for (Rule each : Rule.values()) {
        boolean same = plain.get(each.index()).equals(other.get(each.index()));
        assertEquals(each != rule, same, rule + " changed, " + each);
      }
    }
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new RulesDigest(List.of(-1)));
    assertThrows(IllegalArgumentException.class, () -> new RulesDigest(List.of(0x10000)));
    List<Integer> tooMany = Collections.nCopies(RulesDigest.MAX_HASHES + 1, 0);
    assertThrows(IllegalArgumentException.class, () -> new RulesDigest(tooMany));
  }
}
