package io.understudy.jdbc.internal.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.internal.routing.Action.Commit;
import io.understudy.jdbc.internal.routing.Action.HandOver;
import io.understudy.jdbc.internal.routing.Input.Done;
import io.understudy.jdbc.internal.routing.Input.Heard;
import io.understudy.jdbc.internal.routing.Input.Probed;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * JVMs, masters and the links between them, each of which may fail; every JVM looks, tells the
 * others late, and one of them directs. From one seed.
 *
 * <pre>
 *   n1 --- db-01        each line may be cut (silent), each master dead (refused)
 *   n2 -X- db-02        what a JVM tells travels a step or more; some JVMs never tell
 *   n3 --- db-03
 * </pre>
 */
class VerdictSimulationTest {
  private static final int ENOUGH = 2;
  private static final long PATIENCE_NANOS = 6;
  private static final int FAULTS = 25;

  /** Steps within which a gone writer is replaced, or a blind director: looks, words, patience. */
  private static final int BOUND = 40;

  private static final class Jvm {
    final Map<String, Sight> sights = new TreeMap<>();
    boolean tells = true;
    Map<String, Sight> told = Map.of();
  }

  private final Map<String, Jvm> jvms = new TreeMap<>();
  private final Map<String, Boolean> alive = new TreeMap<>();
  private final Map<String, Mode> modes = new HashMap<>();
  private final Map<String, Boolean> cut = new HashMap<>();

  /** How often in a row each did not answer the director; a refusal counts as enough. */
  private final Map<String, Integer> probed = new HashMap<>();

  private List<String> masters = List.of();
  private Random random = new Random(0);
  private DirectorMachine machine = machine(List.of());
  private Assignment committed = Assignment.NONE;
  private DirectorState state = DirectorState.initial(List.of(), Assignment.NONE);
  private String director = "";
  private int handOvers;
  private long nowNanos;

  private static DirectorMachine machine(List<String> masters) {
    return new DirectorMachine(
        new Rules(masters, ENOUGH, 1, true, 2, PATIENCE_NANOS, PATIENCE_NANOS));
  }

  @Property(tries = 100)
  void mostWhoLookDecideAndAlwaysDo(@ForAll long seed) {
    begin(seed);
    calm(BOUND);
    assertTrue(committed.isServing(), committed::toString);
    for (int i = 0; i < FAULTS; i++) {
      disturb();
      handOvers = 0;
      calm(random.nextInt(3) == 0 ? BOUND : random.nextInt(BOUND)); // faults may overlap
      assertTrue(handOvers <= jvms.size(), () -> handOvers + " hand-overs after one fault");
    }
    handOvers = 0;
    calm(BOUND);
    assertSettled();
  }

  private void begin(long seed) {
    random = new Random(seed);
    nowNanos = random.nextLong();
    jvms.clear();
    alive.clear();
    cut.clear();
    modes.clear();
    List<String> names = new ArrayList<>();
    for (int i = 2 + random.nextInt(2); i > 0; i--) {
      names.add(0, "db-0" + i);
    }
    masters = List.copyOf(names);
    masters.forEach(it -> alive.put(it, true));
    for (int i = 2 + random.nextInt(4); i > 0; i--) {
      jvms.put("n" + i, new Jvm());
    }
    jvms.values().forEach(it -> it.tells = random.nextInt(8) > 0);
    machine = machine(masters);
    committed = Assignment.NONE;
    elect("n1");
  }

  private void elect(String member) {
    director = member;
    state = DirectorState.initial(masters, committed);
    probed.clear();
    hear();
  }

  private void disturb() {
    String jvm = any(List.copyOf(jvms.keySet()));
    String master = any(masters);
    switch (random.nextInt(7)) {
      case 0 -> alive.put(master, false);
      case 1, 2 -> alive.replaceAll((name, was) -> true);
      case 3, 4 -> cut.put(jvm + master, true);
      case 5 -> cut.clear();
      default -> masters.forEach(it -> cut.put(jvm + it, true)); // it sees nothing at all
    }
    if (random.nextInt(6) == 0) {
      elect(any(List.copyOf(jvms.keySet())));
    }
  }

  private void calm(int steps) {
    for (int i = 0; i < steps; i++) {
      nowNanos++;
      deliver();
      jvms.forEach((name, jvm) -> masters.forEach(master -> look(name, jvm, master)));
      masters.forEach(this::probe);
    }
  }

  private void look(String name, Jvm jvm, String master) {
    int failures = jvm.sights.getOrDefault(master, Sight.OK).failures();
    Sight sight =
        isCut(name, master)
            ? Sight.silent(Math.min(failures + 1, ENOUGH))
            : isAlive(master) ? Sight.OK : Sight.REFUSED;
    jvm.sights.put(master, sight);
  }

  /** Some words come later than others; none is lost for ever. */
  private void deliver() {
    for (Jvm jvm : jvms.values()) {
      if (jvm.tells && random.nextInt(4) > 0) {
        jvm.told = Map.copyOf(jvm.sights);
      }
    }
    hear();
  }

  private void hear() {
    Map<String, Map<String, Sight>> heard = new HashMap<>();
    others().forEach((name, jvm) -> heard.put(name, jvm.told));
    heard.values().removeIf(Map::isEmpty);
    Jvm own = jvms.getOrDefault(director, new Jvm());
    input(new Heard(new Sightings(heard, 0, own.sights)));
  }

  private void probe(String master) {
    if (isCut(director, master)) {
      probed.merge(master, 1, Integer::sum);
      input(new Probed(master, Facts.silent()));
    } else if (!isAlive(master)) {
      probed.put(master, ENOUGH);
      input(new Probed(master, Facts.refused()));
    } else {
      probed.put(master, 0);
      int number = masters.indexOf(master) + 1;
      ServerFacts facts =
          new ServerFacts(
              "model",
              new IdSeries(number, masters.size(), number),
              masters.size(),
              number,
              master,
              true,
              modes.getOrDefault(master, Mode.OPEN),
              master,
              Facts.RUNNING);
      input(new Probed(master, new Healthy(facts, Map.of())));
    }
  }

  private void input(Input input) {
    Step step = machine.step(state, input, nowNanos);
    state = step.next();
    step.action().ifPresent(this::perform);
  }

  /** Everything succeeds at the servers that can be reached; this is about verdicts. */
  private void perform(Action action) {
    if (action instanceof HandOver handOver) {
      handOvers++;
      checkHandOver(handOver.member());
      elect(handOver.member());
      return;
    }
    if (action instanceof Commit commit) {
      check(commit.assignment());
      committed = commit.assignment();
      input(new Done(action));
      return;
    }
    String master = masterOf(action);
    boolean works = master.isEmpty() || (isAlive(master) && !isCut(director, master));
    if (works && action instanceof Action.Fence) {
      modes.put(master, Mode.CLOSED);
    } else if (works && action instanceof Action.Open) {
      modes.put(master, Mode.OPEN);
    }
    input(works ? new Done(action) : new Input.Failed(action, "not reached"));
  }

  private static String masterOf(Action action) {
    if (action instanceof Action.Fence fence) {
      return fence.master();
    } else if (action instanceof Action.Open open) {
      return open.master();
    } else if (action instanceof Action.CatchUp catchUp) {
      return catchUp.master();
    }
    return action instanceof Action.Follow follow ? follow.master() : "";
  }

  /** Nobody is replaced whom a majority of those who look, as far as they said so, reaches. */
  private void check(Assignment next) {
    if (committed.isServing() && next.phase() == Phase.FAILING_OVER) {
      String writer = committed.writer();
      long looking = 1 + others().values().stream().filter(it -> it.tells).count();
      long reaching =
          others().values().stream().filter(it -> it.tells && !isGone(it.told.get(writer))).count();
      assertTrue(probed.getOrDefault(writer, 0) >= ENOUGH, () -> director + " reaches " + writer);
      assertTrue(
          2 * reaching < looking, () -> reaching + " of " + looking + " still reach " + writer);
    }
  }

  private void checkHandOver(String to) {
    assertTrue(!to.equals(director) && jvm(to).tells, to);
  }

  private static boolean isGone(@Nullable Sight sight) {
    return sight != null && sight.isGone(ENOUGH);
  }

  /** Faults have stopped; the bound is over. */
  private void assertSettled() {
    assertEquals(0, handOversOf(BOUND), "nobody hands over for ever");
    if (!committed.isServing()) {
      return; // nobody to open is reached: explained by the reason
    }
    String writer = committed.writer();
    boolean directorReaches = isAlive(writer) && !isCut(director, writer);
    boolean anyReaches =
        jvms.entrySet().stream()
            .anyMatch(it -> it.getValue().tells && isAlive(writer) && !isCut(it.getKey(), writer));
    boolean anyOther =
        masters.stream().anyMatch(it -> !it.equals(writer) && isAlive(it) && !isCut(director, it));
    assertTrue(
        directorReaches || anyReaches || !anyOther,
        () -> writer + " is reached by nobody and was not replaced: " + state.trouble());
    if (anyReaches) {
      assertTrue(directorReaches, () -> director + " directs blindly: " + state.trouble());
    }
  }

  private int handOversOf(int steps) {
    handOvers = 0;
    calm(steps);
    return handOvers;
  }

  private Map<String, Jvm> others() {
    Map<String, Jvm> others = new TreeMap<>(jvms);
    others.remove(director);
    return others;
  }

  private Jvm jvm(String name) {
    return jvms.getOrDefault(name, new Jvm());
  }

  private boolean isAlive(String master) {
    return alive.getOrDefault(master, false);
  }

  private boolean isCut(String jvm, String master) {
    return cut.getOrDefault(jvm + master, false);
  }

  private String any(List<String> names) {
    return names.get(random.nextInt(names.size()));
  }
}
