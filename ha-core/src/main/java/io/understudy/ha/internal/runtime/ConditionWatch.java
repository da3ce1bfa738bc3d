package io.understudy.ha.internal.runtime;

import io.understudy.ha.Connectivity;
import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.internal.facts.Condition;
import io.understudy.ha.internal.facts.Dampening;
import io.understudy.ha.internal.facts.Reach;
import io.understudy.ha.internal.placement.MemberFacts.Link;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether this member is fit to lead: what it reaches of the outside, and what its
 * application's checks say. Never on the election thread.
 *
 * <p>At start a member is not fit before enough has answered. It leads nothing yet, so nothing is
 * taken from it; and what it has not probed it must not promise.
 */
final class ConditionWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ConditionWatch.class);

  private static final String NO_ANSWER_YET = "has not answered yet";

  private final String member;
  private final Connectivity connectivity;
  private final EventBus events;
  private final Runnable changed;
  private final Patrol patrol;

  /** From here on thread of the rounds. */
  private final Map<String, String> unhealthy = new TreeMap<>();

  private final @Nullable String[] lost;
  private Reach reach;
  private @Nullable Link told;

  private volatile Condition condition;
  private volatile String detail = "";
  private volatile String missingProgram = "";

  /**
   * Makes it; {@link #start} sets it going.
   *
   * @param config says what to probe
   * @param events gets what people should know
   * @param changed is called on another thread when the {@link #condition} has changed
   */
  ConditionWatch(HaConfig config, EventBus events, Runnable changed) {
    this.member = config.member().value();
    this.connectivity = config.safeguards().connectivity();
    this.events = events;
    this.changed = changed;
    int targets = connectivity.targets().size();
    this.lost = new String[targets];
    this.reach = Reach.begun(targets, connectivity.needed(), rule(connectivity));
    List<Patrol.Check> checks = new ArrayList<>();
    for (int i = 0; i < targets; i++) {
      checks.add(probe(i));
    }
    for (HaConfig.Health health : config.safeguards().health()) {
      unhealthy.put(health.name(), NO_ANSWER_YET);
      checks.add(check(health));
    }
    this.condition = found();
    this.patrol = new Patrol("ha-patrol-" + member, checks);
  }

  /** Two answers belong together if no third one is missing between them. */
  private static Dampening.Rule rule(Connectivity connectivity) {
    long gapNanos = 2 * (connectivity.interval().toNanos() + connectivity.timeout().toNanos());
    return new Dampening.Rule(connectivity.dampening().toNanos(), gapNanos);
  }

  private Patrol.Check probe(int target) {
    Connectivity.Target probed = connectivity.targets().get(target);
    long limitNanos = connectivity.timeout().toNanos();
    Patrol.Work work;
    if (probed instanceof Connectivity.Target.Tcp tcp) {
      work = new TcpProbe(tcp.address(), limitNanos);
    } else {
      String host = ((Connectivity.Target.Ping) probed).host();
      PingProbe ping = new PingProbe(PingProbe.PROGRAM, host, limitNanos);
      work = () -> tellIfMissing(ping);
    }
    return new Patrol.Check(
        name(probed),
        connectivity.interval().toNanos(),
        limitNanos + limitNanos / 4, // a probe watches its limit by itself, and knows more then
        work,
        (trouble, now) -> probed(target, trouble, now));
  }

  private static String name(Connectivity.Target target) {
    if (target instanceof Connectivity.Target.Tcp tcp) {
      InetSocketAddress address = tcp.address();
      return "tcp " + address.getHostString() + ":" + address.getPort();
    }
    return "ping " + ((Connectivity.Target.Ping) target).host();
  }

  private void tellIfMissing(PingProbe ping) throws Exception {
    try {
      ping.run();
      missingProgram = "";
    } catch (PingProbe.MissingProgramException e) {
      String reason = String.valueOf(e.getMessage());
      if (missingProgram.isEmpty()) {
        LOG.error("{} - {}; until then its targets count as not reached", member, reason);
      }
      missingProgram = reason;
      throw e;
    }
  }

  private Patrol.Check check(HaConfig.Health health) {
    return new Patrol.Check(
        "health check " + health.name(),
        health.interval().toNanos(),
        health.timeout().toNanos(),
        health.check()::check,
        (trouble, now) -> checked(health.name(), trouble));
  }

  void start() {
    patrol.start();
  }

  /** Interrupts what runs, and waits for nothing. */
  void close() {
    patrol.close();
  }

  // ---- any thread

  Condition condition() {
    return condition;
  }

  /** What an operator should mend, a sentence each. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    Link link = condition.link();
    if (link.targets() > link.reached() && !detail.isEmpty()) {
      warnings.add("reaches " + inWords(link) + ": " + detail);
    }
    if (!condition.unhealthy().isEmpty()) {
      warnings.add("not fit to lead: " + condition.unhealthy());
    }
    for (String trouble : List.of(missingProgram, patrol.trouble())) {
      if (!trouble.isEmpty()) {
        warnings.add(trouble);
      }
    }
    return warnings;
  }

  // ---- thread of the rounds

  private void probed(int target, String trouble, long nowNanos) {
    boolean reached = trouble.isEmpty();
    reach = reach.answered(target, reached, nowNanos);
    boolean isLost = reach.targets().get(target).verdict() == Dampening.Verdict.LOST;
    if (!isLost) {
      lost[target] = null;
    } else if (!reached) {
      lost[target] = name(connectivity.targets().get(target)) + ": " + trouble;
    }
    detail = lostTargets();
    Link link = reach.link();
    if (reach.isKnown() && !link.equals(told)) {
      tell(link);
    }
    publish();
  }

  private String lostTargets() {
    StringBuilder all = new StringBuilder();
    for (String one : lost) {
      if (one != null) {
        all.append(all.length() == 0 ? "" : "; ").append(one);
      }
    }
    return all.toString();
  }

  private void tell(Link link) {
    told = link;
    if (link.isEnough()) {
      LOG.info("{} - connectivity ready: reaches {} {}", member, inWords(link), detail);
    } else {
      LOG.warn("{} - connectivity lost: reaches {}: {}", member, inWords(link), detail);
    }
    events.publish(
        new HaEvent.ConnectivityChanged(
            Instant.now(), link.reached(), link.targets(), link.needed(), link.isEnough(), detail));
  }

  private static String inWords(Link link) {
    return link.reached() + " of " + link.targets() + " targets, " + link.needed() + " are needed";
  }

  private void checked(String check, String trouble) {
    String before = unhealthy.put(check, trouble);
    boolean wasHealthy = before == null || before.isEmpty() || before.equals(NO_ANSWER_YET);
    if (trouble.isEmpty() != wasHealthy) {
      if (trouble.isEmpty()) {
        LOG.info("{} - health check {}: well again", member, check);
      } else {
        LOG.warn("{} - health check {}: {}", member, check, trouble);
      }
      events.publish(new HaEvent.HealthChanged(Instant.now(), check, trouble.isEmpty(), trouble));
    }
    publish();
  }

  private void publish() {
    Condition now = found();
    if (!now.equals(condition)) {
      condition = now;
      changed.run();
    }
  }

  private Condition found() {
    String reason = reach.isKnown() ? "" : "its connectivity targets have not all answered yet";
    for (Map.Entry<String, String> check : unhealthy.entrySet()) {
      if (reason.isEmpty() && !check.getValue().isEmpty()) {
        reason = "health check " + check.getKey() + ": " + check.getValue();
      }
    }
    return new Condition(reach.link(), reason);
  }
}
