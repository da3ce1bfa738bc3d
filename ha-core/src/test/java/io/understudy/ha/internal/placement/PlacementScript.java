package io.understudy.ha.internal.placement;

import static io.understudy.ha.Corpus.nanos;
import static io.understudy.ha.Corpus.seconds;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.Connectivity.WhenAllLack;
import io.understudy.ha.Corpus;
import io.understudy.ha.Forecast;
import io.understudy.ha.MemberId;
import io.understudy.ha.Placement;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.WhatIf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One readable case: what members know, and what they decide.
 *
 * <pre>
 * # The gateway is lost at the leader alone.
 * members n1 n2 n3            those that may lead; nothing is against any of them at first
 * at n1                       whose decisions are shown; several may be named
 * role db prefer n1,n2 failback 30s sticky 50 with ip notwith web spread stop runs
 * leader db n1                who leads at first
 * settle 2s                   the times, if they differ from the defaults
 *
 * 0s look                     a time, and what happens then
 *   > db: may run             what is decided differently from before; nothing may be missing
 * 1s n1 reaches 0/2 needs 1   or: lost, back, silent, hidden, standby on, healthy, fit db,
 *                             unhealthy disk full, unfit db no license,
 *                             rules db prefer n2     as it says that it has declared the role
 * 2s leader db n2             or: leader db -
 * 3s refused db not ready     the move that was decided last has failed
 * 3s vain db n3 was elected   the same, but it was accepted, and the role has been given up
 * 4s maintenance on
 * 5s tick                     nothing but time passes
 * 6s explain db               the whole answer for people
 * 7s what-if lost n2          or: returned n2, standby n2 on, disconnected n2, connected n2,
 *                             maintenance on, moved db n2
 * 8s check                    whether the rules can be kept
 * </pre>
 */
final class PlacementScript implements Corpus.Script {
  private final Map<String, String> settings = new TreeMap<>();
  private final Map<String, RoleRules> rules = new TreeMap<>();
  private final Map<MemberId, MemberFacts> members = new TreeMap<>();
  private final Map<String, MemberId> leaders = new TreeMap<>();
  private final Map<String, PlacementState> states = new TreeMap<>();
  private final Map<String, Long> wakes = new TreeMap<>();
  private final Map<String, List<String>> told = new TreeMap<>();
  private final Set<String> running = new TreeSet<>();
  private final List<MemberId> watched = new ArrayList<>();
  private final List<String> said = new ArrayList<>();
  private boolean maintenance;

  // ---- the head

  @Override
  public void set(String line) {
    String[] words = line.split(" ", -1);
    switch (words[0]) {
      case "members" -> {
        for (int i = 1; i < words.length; i++) {
          members.put(MemberId.of(words[i]), MemberFacts.fit(MemberId.of(words[i])));
        }
      }
      case "at" -> {
        for (int i = 1; i < words.length; i++) {
          watched.add(MemberId.of(words[i]));
        }
      }
      case "role" -> {
        rules.put(words[1], role(words));
        if (List.of(words).contains("runs")) {
          running.add(words[1]);
        }
      }
      case "leader" -> leaders.put(words[1], MemberId.of(words[2]));
      default -> settings.put(words[0], words[1]);
    }
  }

  private static RoleRules role(String[] words) {
    Placement placement = Placement.anywhere();
    WhenAllLack policy = WhenAllLack.STAY;
    for (int i = 2; i < words.length; i++) {
      switch (words[i]) {
        case "prefer" -> {
          List<MemberId> order = new ArrayList<>();
          for (String member : words[++i].split(",", -1)) {
            order.add(MemberId.of(member));
          }
          placement = placement.preferring(order);
        }
        case "failback" ->
            placement = placement.failingBackAfter(Duration.ofNanos(nanos(words[++i])));
        case "sticky" -> placement = placement.sticking(Integer.parseInt(words[++i]));
        case "with" -> placement = placement.with(words[++i]);
        case "notwith" -> placement = placement.notWith(words[++i]);
        case "spread" -> placement = placement.spreading();
        case "stop" -> policy = WhenAllLack.STOP;
        case "runs" -> {} // asked for elsewhere
        default -> throw new IllegalArgumentException(words[i]);
      }
    }
    return new RoleRules(words[1], placement, policy);
  }

  // ---- what happens

  @Override
  public List<String> happen(String text) {
    said.clear();
    String[] parts = text.split(" ", 3);
    long now = nanos(parts[0]);
    String rest = parts.length < 3 ? "" : parts[2];
    switch (parts[1]) {
      case "explain" -> watched.forEach(self -> tell(explain(self, rest, now)));
      case "what-if" -> tell(whatIf(rest));
      case "check" -> tell(checked());
      default -> {
        change(parts[1], rest, now);
        look(now, parts[1].equals("tick"));
      }
    }
    return List.copyOf(said);
  }

  private void change(String word, String rest, long now) {
    String[] words = rest.split(" ", 2);
    switch (word) {
      case "look", "tick" -> {}
      case "leader" -> {
        leaders.remove(words[0]);
        if (!words[1].equals("-")) {
          leaders.put(words[0], MemberId.of(words[1]));
        }
      }
      case "maintenance" -> maintenance = rest.equals("on");
      case "refused" ->
          states.computeIfPresent(
              watched.get(0) + " " + words[0],
              (key, state) -> machine(words[0]).moveFailed(state, words[1], now));
      case "vain" ->
          states.computeIfPresent(
              watched.get(0) + " " + words[0],
              (key, state) -> machine(words[0]).moveInVain(state, words[1], now));
      default -> members.compute(MemberId.of(word), (id, before) -> changed(before, rest));
    }
  }

  private static MemberFacts changed(MemberFacts m, String how) {
    String[] words = how.split(" ", 2);
    Map<String, String> unfit = new TreeMap<>(m.unfit());
    return switch (words[0]) {
      case "lost" -> m.seen(false, false);
      case "back" -> m.seen(true, true);
      case "silent" -> m.seen(m.reachable(), false);
      case "hidden" -> m.seen(false, true);
      case "standby" -> m.withStandby(words[1].equals("on"));
      case "reaches" -> m.withLink(link(words[1]));
      case "unhealthy" -> m.withHealth(words[1]);
      case "healthy" -> m.withHealth("");
      case "unfit" -> {
        String[] why = words[1].split(" ", 2);
        unfit.put(why[0], why[1]);
        yield m.withUnfit(unfit);
      }
      case "rules" -> {
        Map<String, RulesDigest> rules = new TreeMap<>(m.rules());
        RoleRules said = role(how.split(" ", -1));
        RoleSpec spec = RoleSpec.named(said.role()).placed(said.placement());
        rules.put(said.role(), RulesDigest.of(spec, said.whenAllLack()));
        yield m.withRules(rules);
      }
      case "fit" -> {
        unfit.remove(words[1]);
        yield m.withUnfit(unfit);
      }
      default -> throw new IllegalArgumentException(how);
    };
  }

  private static MemberFacts.Link link(String text) {
    String[] numbers = text.split("/| needs ", -1);
    return new MemberFacts.Link(
        Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2]));
  }

  // ---- what is decided

  private void look(long now, boolean onlyTimePassed) {
    for (MemberId self : watched) {
      for (RoleRules role : rules.values()) {
        String key = self + " " + role.role();
        PlacementState state = states.getOrDefault(key, PlacementState.NEW);
        PlacementStep step = machine(role.role()).step(state, facts(self), now);
        List<String> says = says(step);
        boolean moves = !(step.decision() instanceof Decision.Nothing);
        long wake = wakes.getOrDefault(key, 0L);
        assertTrue(
            !onlyTimePassed || !moves || (wake != PlacementStep.NEVER && wake <= now),
            key + ": it decides something, but did not ask to be woken by then");
        assertTrue(step.wakeAtNanos() > now, key + ": would spin");
        states.put(key, step.next());
        wakes.put(key, step.wakeAtNanos());
        List<String> before = told.put(key, says);
        String who = watched.size() > 1 ? "at " + self + " " : "";
        for (String line : says) {
          if (before == null || !before.contains(line)) {
            tell(List.of(who + role.role() + ": " + line));
          }
        }
      }
    }
  }

  private static List<String> says(PlacementStep step) {
    List<String> says = new ArrayList<>();
    says.add(step.mayRun() ? "may run" : "may not run: " + step.whyNot());
    says.add("order " + String.join(" ", step.order().stream().map(MemberId::value).toList()));
    if (step.decision() instanceof Decision.HandOver move) {
      says.add("HAND OVER TO " + move.to() + ": " + move.reason());
    } else if (step.decision() instanceof Decision.GiveUp) {
      says.add("GIVE UP: " + step.decision().reason());
    } else if (step.next().ledSinceNanos() != PlacementStep.NEVER) {
      says.add("stays: " + step.decision().reason());
    }
    if (step.wakeAtNanos() != PlacementStep.NEVER) {
      says.add("looks again at " + seconds(step.wakeAtNanos()));
    }
    return says;
  }

  private List<String> explain(MemberId self, String role, long now) {
    PlacementState state = states.getOrDefault(self + " " + role, PlacementState.NEW);
    return machine(role).explain(state, facts(self), now).lines();
  }

  private List<String> whatIf(String text) {
    String[] words = text.split(" ", -1);
    WhatIf change =
        switch (words[0]) {
          case "lost" -> new WhatIf.MemberLost(MemberId.of(words[1]));
          case "returned" -> new WhatIf.MemberReturned(MemberId.of(words[1]));
          case "standby" -> new WhatIf.Standby(MemberId.of(words[1]), words[2].equals("on"));
          case "disconnected" -> new WhatIf.ConnectivityLost(MemberId.of(words[1]));
          case "connected" -> new WhatIf.ConnectivityRegained(MemberId.of(words[1]));
          case "maintenance" -> new WhatIf.Maintenance(words[1].equals("on"));
          case "moved" -> new WhatIf.RoleMoved(words[1], MemberId.of(words[2]));
          default -> throw new IllegalArgumentException(text);
        };
    try {
      Forecast forecast = DryRun.of(rules.values(), running, facts(watched.get(0)), change);
      List<String> lines = new ArrayList<>();
      for (Forecast.Outcome one : forecast.outcomes()) {
        String to =
            one.before().equals(one.after())
                ? "stays at " + name(one.after())
                : "from " + name(one.before()) + " to " + name(one.after());
        lines.add(one.role() + " " + to.replace("null", "nobody") + ": " + one.why());
      }
      if (!forecast.settled()) {
        lines.add("does not come to rest");
      }
      return lines;
    } catch (IllegalArgumentException e) {
      return List.of("refused: " + e.getMessage());
    }
  }

  private List<String> checked() {
    List<String> problems = PlacementRules.check(rules.values());
    return problems.isEmpty() ? List.of("no objection") : problems;
  }

  private void tell(List<String> lines) {
    said.addAll(lines);
  }

  private PlacementMachine machine(String role) {
    return new PlacementMachine(
        rules.get(role),
        new PlacementSettings(
            nanos(settings.getOrDefault("settle", "5s")),
            nanos(settings.getOrDefault("retry", "1s")),
            nanos(settings.getOrDefault("longest-retry", "60s")),
            nanos(settings.getOrDefault("move-limit", "30s"))));
  }

  private ClusterFacts facts(MemberId self) {
    List<MemberFacts> known = new ArrayList<>();
    members.values().forEach(m -> known.add(m.member().equals(self) ? m.seen(true, true) : m));
    return new ClusterFacts(self, known, leaders, maintenance); // each sees itself
  }

  private static String name(Optional<MemberId> member) {
    return member.map(MemberId::value).orElse("null");
  }
}
