package io.understudy.ha.internal.placement;

import io.understudy.ha.Connectivity.WhenAllLack;
import io.understudy.ha.MemberId;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Takeover;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a member's rules for a role are, short enough for every report: a hash of each, so that
 * others find out which of them differ from theirs. Two different values have the same hash once in
 * 65536 pairs; then the difference is not seen.
 *
 * <p>The hashes are part of the protocol: members of two versions must make the same of the same
 * rule. So nothing in it is formatted: in many locales the digits are others.
 *
 * @param hashes one for each {@link Rule}, in that order, 0 to 65535; those of a later version may
 *     be more, and there are none if the member does not say
 */
public record RulesDigest(List<Integer> hashes) {
  /** Nothing is said. */
  public static final RulesDigest NONE = new RulesDigest(List.of());

  /** The greatest hash. */
  public static final int MAX_HASH = 0xFFFF;

  /** How many hashes a digest may have. */
  public static final int MAX_HASHES = 32;

  /**
   * Copies.
   *
   * @throws IllegalArgumentException if there are too many, or one is out of its bounds
   */
  public RulesDigest {
    hashes = List.copyOf(hashes);
    if (hashes.size() > MAX_HASHES || hashes.stream().anyMatch(h -> h < 0 || h > MAX_HASH)) {
      throw new IllegalArgumentException("digest " + hashes);
    }
  }

  /** What is compared, in the order of the hashes; new ones come last. */
  public enum Rule {
    /** Who should lead. */
    PREFERENCE(0, "preference"),
    /** Whether and when the role moves to a better member by itself. */
    FAIL_BACK(1, "fail-back"),
    /** The weight against that. */
    STICKINESS(2, "stickiness"),
    /** The roles that it follows. */
    WITH(3, "with"),
    /** The roles that it gives way to. */
    NOT_WITH(4, "not with"),
    /** Whether its name decides among equals. */
    SPREAD(5, "spread"),
    /** What happens when no member reaches enough of the outside. */
    CONNECTIVITY(6, "connectivity when all lack it"),
    /** What must be known of the last leader. */
    TAKEOVER(7, "takeover"),
    /** Its time to stop, how many failures it is forgiven, and for how long. */
    LIMITS(8, "stop timeout, restart limit or failure timeout");

    private final int index;
    private final String label;

    Rule(int index, String label) {
      this.index = index;
      this.label = label;
    }

    /** Where its hash stands in a digest. */
    int index() {
      return index;
    }

    /** For people. */
    String label() {
      return label;
    }
  }

  /**
   * The digest of a role as it is declared here.
   *
   * @param spec the role
   * @param whenAllLack what happens when no member reaches enough of the outside
   * @return a hash of each rule
   */
  public static RulesDigest of(RoleSpec spec, WhenAllLack whenAllLack) {
    RoleRules rules = new RoleRules(spec.name(), spec.placement(), whenAllLack);
    List<Integer> hashes = new ArrayList<>();
    for (Rule rule : Rule.values()) {
      hashes.add(hash(text(rule, rules, spec)));
    }
    return new RulesDigest(hashes);
  }

  /**
   * One hash over the rules of several roles; part of the protocol, too.
   *
   * @param digests of each role
   * @return 0 if there are none
   */
  public static long hashOf(Map<String, RulesDigest> digests) {
    if (digests.isEmpty()) {
      return 0;
    }
    StringBuilder text = new StringBuilder();
    new TreeMap<>(digests)
        .forEach(
            (role, digest) -> {
              text.append(role);
              digest.hashes().forEach(hash -> text.append(',').append(hash.intValue()));
              text.append('\n');
            });
    return Rendezvous.fnv(text.toString());
  }

  private static String text(Rule rule, RoleRules rules, RoleSpec spec) {
    return switch (rule) {
      case PREFERENCE ->
          rules.placement().preference().stream()
              .map(MemberId::value)
              .collect(Collectors.joining(","));
      case FAIL_BACK ->
          rules.placement().failback().map(delay -> String.valueOf(delay.toNanos())).orElse("");
      case STICKINESS -> String.valueOf(rules.placement().stickiness());
      case WITH -> String.join(",", rules.with());
      case NOT_WITH -> String.join(",", rules.notWith());
      case SPREAD -> String.valueOf(rules.placement().spread());
      case CONNECTIVITY -> rules.whenAllLack().name();
      case TAKEOVER -> text(spec.takeover());
      case LIMITS -> text(spec.group());
    };
  }

  private static String text(Takeover takeover) {
    return takeover.exclusion().name() + (takeover.fenceRequired() ? ",fence" : "");
  }

  private static String text(ResourceGroup group) {
    return group.stopTimeout().toNanos()
        + ","
        + group.restartLimit()
        + ","
        + group.failureTimeout().toNanos();
  }

  /** All 64 bits have a part in it. */
  private static int hash(String text) {
    long all = Rendezvous.fnv(text);
    return (int) ((all ^ (all >>> 16) ^ (all >>> 32) ^ (all >>> 48)) & MAX_HASH);
  }
}
