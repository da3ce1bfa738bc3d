package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one member knows of the cluster when it decides about placement.
 *
 * @param self the member that decides
 * @param members those of the roster that may lead, this one included, by id
 * @param leaders the known leader of each role; a role without a known leader is not in it
 * @param maintenance whether nothing is to be moved by itself
 */
public record ClusterFacts(
    MemberId self, List<MemberFacts> members, Map<String, MemberId> leaders, boolean maintenance) {
  /** Copies, sorted. */
  public ClusterFacts {
    members = members.stream().sorted(Comparator.comparing(MemberFacts::member)).toList();
    leaders = Collections.unmodifiableMap(new TreeMap<>(leaders));
  }

  /** Whether this member leads the role. */
  boolean leads(String role) {
    return self.equals(leaders.get(role));
  }

  ClusterFacts withMembers(List<MemberFacts> others) {
    return new ClusterFacts(self, others, leaders, maintenance);
  }

  ClusterFacts withLeaders(Map<String, MemberId> others) {
    return new ClusterFacts(self, members, others, maintenance);
  }
}
