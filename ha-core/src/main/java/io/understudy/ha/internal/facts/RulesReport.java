package io.understudy.ha.internal.facts;

import io.understudy.ha.internal.placement.RulesDigest;
import java.util.List;
import java.util.Map;

/**
 * What a member says of the rules by which it places its roles. They hardly ever change, so a
 * report has one hash over all of them; the digest of each role is in it only when somebody has
 * said that it lacks those of this hash. Whoever lacks them says so in each report until it has
 * them: lost messages do no harm.
 *
 * @param hash over the digests of all roles; 0 if there are none, or the member does not say
 * @param lacks the hashes of others whose digests this member does not know, sorted
 * @param digests of each role; none if they are not in the report, and not known from an earlier
 */
public record RulesReport(long hash, List<Long> lacks, Map<String, RulesDigest> digests) {
  /** Nothing is said. */
  public static final RulesReport NONE = new RulesReport(0, List.of(), Map.of());

  /** How many hashes can be asked for at once; the others are asked for later. */
  public static final int MAX_LACKS = 100;

  /**
   * Copies.
   *
   * @throws IllegalArgumentException if too many are asked for
   */
  public RulesReport {
    lacks = List.copyOf(lacks);
    digests = Map.copyOf(digests);
    if (lacks.size() > MAX_LACKS) {
      throw new IllegalArgumentException(lacks.size() + " hashes, at most " + MAX_LACKS);
    }
  }

  /** Of a member with these rules. */
  public static RulesReport of(Map<String, RulesDigest> digests) {
    return new RulesReport(RulesDigest.hashOf(digests), List.of(), digests);
  }

  /** The same with other digests, whatever the hash. */
  public RulesReport with(Map<String, RulesDigest> others) {
    return new RulesReport(hash, lacks, others);
  }

  /** The same, asking for others. */
  public RulesReport lacking(List<Long> hashes) {
    return new RulesReport(hash, hashes, digests);
  }

  /** Whether the digests are those of the hash. */
  public boolean isWhole() {
    return RulesDigest.hashOf(digests) == hash;
  }
}
