package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.placement.RulesDigest.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * In which rules of a role the members differ that have said theirs. Each decides by its own, so
 * two with different rules could pass a role to and fro for ever.
 *
 * @param camps of each rule that differs, those that agree with each other; all sorted
 */
public record Differences(Map<Rule, List<List<MemberId>>> camps) {
  /** All that is known agrees. */
  public static final Differences NONE = new Differences(Map.of());

  /**
   * Compares.
   *
   * @param role the role
   * @param members what is known of each, by id
   * @return where they differ
   */
  public static Differences of(String role, List<MemberFacts> members) {
    Map<MemberId, RulesDigest> said = new TreeMap<>();
    for (MemberFacts member : members) {
      RulesDigest digest = member.rules().get(role);
      if (member.reported() && digest != null) {
        said.put(member.member(), digest);
      }
    }
    return among(said);
  }

  /**
   * Compares.
   *
   * @param said what each member has said of its rules for a role
   * @return where they differ
   */
  public static Differences among(Map<MemberId, RulesDigest> said) {
    if (said.values().stream().distinct().count() < 2) {
      return NONE;
    }
    Map<Rule, List<List<MemberId>>> camps = new EnumMap<>(Rule.class);
    for (Rule rule : Rule.values()) {
      List<List<MemberId>> found = camps(rule, said);
      if (found.size() > 1) {
        camps.put(rule, found);
      }
    }
    return new Differences(camps);
  }

  /** Who does not know the rule belongs to nobody. */
  private static List<List<MemberId>> camps(Rule rule, Map<MemberId, RulesDigest> said) {
    Map<Integer, List<MemberId>> byHash = new TreeMap<>();
    said.forEach(
        (member, digest) -> {
          if (rule.index() < digest.hashes().size()) {
            int hash = digest.hashes().get(rule.index());
            byHash.computeIfAbsent(hash, none -> new ArrayList<>()).add(member);
          }
        });
    return byHash.values().stream().sorted(Comparator.comparing(camp -> camp.get(0))).toList();
  }

  /**
   * Whether nothing differs.
   *
   * @return true if so
   */
  public boolean isEmpty() {
    return camps.isEmpty();
  }

  /**
   * What differs and who says what, for people.
   *
   * @return for example {@code the members have different rules for it: preference (n1, n3 / n2)};
   *     empty if nothing differs
   */
  public String text() {
    return isEmpty()
        ? ""
        : "the members have different rules for it: "
            + camps.entrySet().stream()
                .map(entry -> entry.getKey().label() + " (" + text(entry.getValue()) + ")")
                .collect(Collectors.joining(", "));
  }

  private static String text(List<List<MemberId>> groups) {
    return groups.stream()
        .map(group -> group.stream().map(MemberId::value).collect(Collectors.joining(", ")))
        .collect(Collectors.joining(" / "));
  }
}
