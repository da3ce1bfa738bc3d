package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.internal.placement.ClusterFacts;
import io.understudy.ha.internal.placement.Differences;
import io.understudy.ha.internal.placement.MemberFacts;
import io.understudy.ha.internal.placement.RulesDigest;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when members have declared a role with different rules, and when they agree again. Who is
 * silent or restarts has not changed its mind: each member of the roster counts with what it said
 * last. Placement itself goes by what is current. Election thread.
 */
final class RulesWatch {
  private static final Logger LOG = LoggerFactory.getLogger(RulesWatch.class);

  private final String role;
  private final EventBus events;
  private final Map<MemberId, RulesDigest> last = new TreeMap<>();
  private Differences differences = Differences.NONE;

  RulesWatch(String role, EventBus events) {
    this.role = role;
    this.events = events;
  }

  void look(ClusterFacts facts) {
    boolean changed =
        last.keySet().retainAll(facts.members().stream().map(MemberFacts::member).toList());
    for (MemberFacts member : facts.members()) {
      RulesDigest said = member.rules().get(role);
      if (member.reported() && said != null) {
        changed |= !said.equals(last.put(member.member(), said));
      }
    }
    if (changed) {
      compare(facts.self());
    }
  }

  private void compare(MemberId self) {
    Differences now = Differences.among(last);
    if (now.equals(differences)) {
      return;
    }
    differences = now;
    if (now.isEmpty()) {
      LOG.info("{} - {}: the members have the same rules for it again", self, role);
    } else {
      LOG.warn(
          "{} - {}: {}; declare it in the same way everywhere, there is no fail-back until then",
          self,
          role,
          now.text());
    }
    events.publish(new HaEvent.RulesDiffer(Instant.now(), role, !now.isEmpty(), now.text()));
  }
}
