package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.placement.PlacementState.Attempt;
import io.understudy.ha.internal.placement.PlacementState.Refusal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One step of a {@link PlacementMachine} under way. */
final class PlacementTurn {
  private static final long NEVER = PlacementStep.NEVER;

  private final RoleRules rules;
  private final PlacementSettings settings;
  private final long now;
  private Map<MemberId, Long> readySince;
  private long ledSince;
  private long excludedSince;
  private @Nullable Attempt attempt;
  private Map<MemberId, Refusal> refusals;
  private Map<MemberId, Refusal> inVain;
  private long wakeAt = NEVER;

  PlacementTurn(RoleRules rules, PlacementSettings settings, PlacementState state, long now) {
    this.rules = rules;
    this.settings = settings;
    this.now = now;
    this.readySince = state.readySince();
    this.ledSince = state.ledSinceNanos();
    this.excludedSince = state.excludedSinceNanos();
    this.attempt = state.attempt();
    this.refusals = state.refusals();
    this.inVain = withoutOld(state.inVain(), settings.longestInVainNanos());
  }

  PlacementState state() {
    return new PlacementState(readySince, ledSince, excludedSince, attempt, refusals, inVain);
  }

  long wakeAtNanos() {
    return wakeAt;
  }

  /** Notes since when each member can lead, whoever leads: a fail-back asks for it later. */
  void watch(Ranking ranking) {
    Map<MemberId, Long> since = new HashMap<>();
    for (Candidate candidate : ranking.candidates()) {
      if (candidate.isReady()) {
        since.put(candidate.member(), readySince.getOrDefault(candidate.member(), now));
      }
    }
    readySince = since.equals(readySince) ? readySince : since; // spares a copy, mostly
  }

  /** For a member that does not lead. */
  Decision rest(String whyNot, MemberId self, @Nullable MemberId leader) {
    ledSince = NEVER;
    excludedSince = NEVER;
    refusals = Map.of(); // who refused may accept the next time, before anything stops
    followUp(self, leader);
    return new Decision.Nothing(
        whyNot.isEmpty() ? "it may run for the role and does not lead it" : whyNot);
  }

  /** For the leader. */
  Decision lead(Ranking ranking, ClusterFacts facts) {
    MemberId self = facts.self();
    if (ledSince == NEVER) {
      ledSince = now; // a move that it left by may still go on: what becomes of that is told
    }
    Aim aim = Aim.of(rules, ranking, self);
    noteExclusion(aim instanceof Aim.Leave);
    if (facts.maintenance()) {
      return new Decision.Nothing("maintenance: it stays until that ends; " + aim.why());
    }
    Attempt moving = stillMoving();
    if (moving != null) {
      return new Decision.Nothing(underWay(moving, self));
    } else if (aim instanceof Aim.Leave leave) {
      return leave(leave, self);
    } else if (aim instanceof Aim.FailBack better) {
      return failBack(better);
    }
    return new Decision.Nothing(aim.why());
  }

  void moveFailed(String reason) {
    Attempt failed = attempt;
    attempt = null;
    if (failed != null) {
      int count = count(refusals, failed.to()) + 1;
      Refusal refusal = new Refusal(count, now + settings.pauseNanos(count), reason);
      refusals = with(refusals, failed.to(), refusal);
    }
  }

  void moveInVain(String reason) {
    Attempt vain = attempt;
    attempt = null;
    if (vain != null) {
      int count = count(inVain, vain.to()) + 1;
      Refusal refusal = new Refusal(count, now + settings.pauseInVainNanos(count), reason);
      inVain = with(inVain, vain.to(), refusal);
    }
  }

  /**
   * It leads no more. A move is done when the successor leads, and was in vain if another one does;
   * while nobody does it may still go on.
   */
  private void followUp(MemberId self, @Nullable MemberId leader) {
    Attempt moved = attempt;
    if (moved == null) {
      return;
    }
    if (moved.to().equals(self) || moved.to().equals(leader)) {
      attempt = null;
    } else if (leader != null) {
      moveInVain(leader + " was elected instead");
    } else if (isDue(moved.sinceNanos(), settings.moveLimitNanos())) {
      moveInVain("nobody was elected within " + Seconds.of(settings.moveLimitNanos()));
    }
  }

  private static int count(Map<MemberId, Refusal> refusals, MemberId member) {
    Refusal before = refusals.get(member);
    return before == null ? 0 : before.count();
  }

  private static Map<MemberId, Refusal> with(
      Map<MemberId, Refusal> refusals, MemberId member, Refusal refusal) {
    Map<MemberId, Refusal> more = new HashMap<>(refusals);
    more.put(member, refusal);
    return more;
  }

  /** What is over for that long says nothing of the next try. */
  private Map<MemberId, Refusal> withoutOld(Map<MemberId, Refusal> refusals, long nanos) {
    Map<MemberId, Refusal> kept = new HashMap<>(refusals);
    kept.values().removeIf(refusal -> now - refusal.untilNanos() >= nanos);
    return kept;
  }

  /** For a new reason the tries are counted anew; the pauses are kept. */
  private void noteExclusion(boolean excluded) {
    if (!excluded) {
      excludedSince = NEVER;
    } else if (excludedSince == NEVER) {
      excludedSince = now;
      Map<MemberId, Refusal> forgiven = new HashMap<>(refusals);
      forgiven.replaceAll((member, r) -> new Refusal(0, r.untilNanos(), r.reason()));
      refusals = forgiven;
    }
  }

  private @Nullable Attempt stillMoving() {
    Attempt moving = attempt;
    if (moving != null && isDue(moving.sinceNanos(), settings.moveLimitNanos())) {
      moveFailed("it was not done within " + Seconds.of(settings.moveLimitNanos()));
    }
    return attempt;
  }

  private String underWay(Attempt moving, MemberId self) {
    String what = moving.to().equals(self) ? "giving it up" : "its move to " + moving.to();
    return what + " has been under way for " + Seconds.of(now - moving.sinceNanos());
  }

  private Decision leave(Aim.Leave leave, MemberId self) {
    if (leave.mayPass() && !isDue(excludedSince, settings.settleNanos())) {
      return new Decision.Nothing(
          leave.why() + "; it leaves in " + left(excludedSince, settings.settleNanos()));
    }
    for (MemberId to : leave.to()) {
      if (isOpen(refusals, to)) {
        return handOver(to, leave.why());
      }
    }
    long patience = leave.follows() ? patienceNanos(leave.mayPass()) : 0;
    if (!isDue(excludedSince, patience)) {
      return new Decision.Nothing(
          leave.why()
              + "; it waits for what it follows to move first, for "
              + left(excludedSince, patience)
              + " at most");
    }
    boolean hopeless = leave.required() && leave.to().stream().allMatch(this::hasRefused);
    if (hopeless && isOpen(refusals, self)) {
      begin(self);
      return new Decision.GiveUp(leave.why() + "; " + nobody(leave.to()));
    }
    String waits = wakeAt == NEVER ? "" : "; " + failed();
    return new Decision.Nothing(
        leave.why() + (leave.to().isEmpty() ? "; " + nobody(leave.to()) : "") + waits);
  }

  /** What it follows waits for the settle time itself if the reason may pass. */
  private long patienceNanos(boolean mayPass) {
    return mayPass ? 2 * settings.settleNanos() : settings.settleNanos();
  }

  /** Who was handed the role in vain, or has refused it again and again, blocks no other one. */
  private Decision failBack(Aim.FailBack aim) {
    StringBuilder passedOver = new StringBuilder();
    for (Aim.Better better : aim.to()) {
      boolean isPromising = isOpen(inVain, better.member());
      boolean isOpen = isPromising && isOpen(refusals, better.member());
      if (isOpen || (isPromising && !hasRefused(better.member()))) {
        return failBack(better, passedOver.toString(), isOpen);
      }
      passedOver
          .append(passedOver.isEmpty() ? "" : "; ")
          .append(better.why())
          .append("; ")
          .append(isPromising ? failed() : inVain(better.member()));
    }
    return new Decision.Nothing(passedOver.toString());
  }

  private Decision failBack(Aim.Better better, String passedOver, boolean isOpen) {
    String why = (passedOver.isEmpty() ? "" : passedOver + "; ") + better.why();
    long delay =
        Math.max(settings.settleNanos(), rules.placement().failback().orElseThrow().toNanos());
    long able = readySince.getOrDefault(better.member(), now);
    long since = able - ledSince < 0 ? ledSince : able;
    if (!isDue(since, delay)) {
      return new Decision.Nothing(
          why + "; it moves in " + left(since, delay) + " if nothing comes between");
    }
    return isOpen
        ? handOver(better.member(), why + ", and has been able to lead for " + Seconds.of(delay))
        : new Decision.Nothing(why + "; " + failed());
  }

  private Decision handOver(MemberId to, String why) {
    begin(to);
    return new Decision.HandOver(to, why);
  }

  private void begin(MemberId to) {
    attempt = new Attempt(to, now);
    wakeAt = now + settings.moveLimitNanos(); // until then nothing else is begun
  }

  private static String nobody(List<MemberId> refusing) {
    return refusing.isEmpty()
        ? "no other member is known to be able to lead it"
        : "all that could lead it have refused: " + refusing;
  }

  private String failed() {
    String all =
        refusals.entrySet().stream()
            .filter(entry -> entry.getValue().untilNanos() - now > 0)
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> "%s (%s)".formatted(entry.getKey(), entry.getValue().reason()))
            .collect(Collectors.joining(", "));
    return "moves failed: " + all + "; tried again in " + Seconds.of(wakeAt - now);
  }

  private String inVain(MemberId member) {
    Refusal last = Objects.requireNonNull(inVain.get(member));
    return "it was handed over in vain %s, last because %s; tried again in %s"
        .formatted(
            last.count() == 1 ? "once" : last.count() + " times",
            last.reason(),
            Seconds.of(last.untilNanos() - now));
  }

  private boolean hasRefused(MemberId member) {
    Refusal refusal = refusals.get(member);
    return refusal != null && refusal.count() >= PlacementSettings.TRIES;
  }

  /** Whether nothing keeps it from a try now; otherwise it looks again when that has passed. */
  private boolean isOpen(Map<MemberId, Refusal> known, MemberId member) {
    Refusal refusal = known.get(member);
    if (refusal == null || refusal.untilNanos() - now <= 0) {
      return true;
    }
    wake(refusal.untilNanos());
    return false;
  }

  /** Whether so much has passed; otherwise it looks again when it has. */
  private boolean isDue(long sinceNanos, long nanos) {
    if (now - sinceNanos >= nanos) {
      return true;
    }
    wake(sinceNanos + nanos);
    return false;
  }

  private String left(long sinceNanos, long nanos) {
    return Seconds.of(sinceNanos + nanos - now);
  }

  private void wake(long atNanos) {
    wakeAt = wakeAt == NEVER || atNanos - wakeAt < 0 ? atNanos : wakeAt;
  }
}
