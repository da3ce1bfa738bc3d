package io.understudy.jdbc.internal.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.internal.routing.Action.CatchUp;
import io.understudy.jdbc.internal.routing.Action.Commit;
import io.understudy.jdbc.internal.routing.Action.Fence;
import io.understudy.jdbc.internal.routing.Action.Follow;
import io.understudy.jdbc.internal.routing.Action.Open;
import io.understudy.jdbc.internal.routing.Action.Settle;
import io.understudy.jdbc.internal.routing.Input.Done;
import io.understudy.jdbc.internal.routing.Input.Failed;
import io.understudy.jdbc.internal.routing.Input.Probed;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * Model servers, model members and changing directors, from one seed. Directors are replaced at any
 * point, with an action of the old one done, lost, or done without its answer.
 */
class DirectorSimulationTest {
  private static final List<String> NAMES = List.of("db-01", "db-02", "db-03");
  private static final int STEPS = 400;
  private static final int CALM_PROBES = 60;
  private static final long RETRY_NANOS = 10;
  private static final long PLANNED_NANOS = 100;

  private static final class Server {
    boolean alive = true;
    Mode mode = Mode.OPEN;
    boolean replicating = true;

    /** Transactions that began here. */
    final Set<Long> own = new HashSet<>();

    /** All that it has. */
    final Set<Long> has = new HashSet<>();
  }

  private final DirectorMachine machine =
      new DirectorMachine(new Rules(NAMES, 2, RETRY_NANOS, false, 2, PLANNED_NANOS, 1_000));
  private final Map<String, Server> servers = new HashMap<>();
  private final Set<Long> openedGenerations = new HashSet<>();
  private Random random = new Random(0);
  private DirectorState state = DirectorState.initial(NAMES, Assignment.NONE);
  private Assignment committed = Assignment.NONE;
  private Optional<Action> running = Optional.empty();

  /** The oldest generation that a member may still act on. */
  private long oldestInUse;

  private long nowNanos;
  private long transactions;

  @Property(tries = 500)
  void oneWriterAtATimeAndAlwaysAgainOne(@ForAll long seed) {
    begin(seed);
    for (int i = 0; i < STEPS; i++) {
      nowNanos += random.nextInt(8);
      disturb();
      write();
      replicate();
      if (running.isPresent() && random.nextBoolean()) {
        finishRunning(random.nextInt(10) > 0);
      } else {
        probe(NAMES.get(random.nextInt(NAMES.size())));
      }
    }
    servers.values().forEach(it -> it.alive = true);
    for (int i = 0; i < CALM_PROBES; i++) {
      nowNanos += RETRY_NANOS;
      finishRunning(true);
      replicate();
      probe(NAMES.get(i % NAMES.size()));
    }
    assertCalm();
  }

  private void begin(long seed) {
    random = new Random(seed);
    servers.clear();
    NAMES.forEach(name -> servers.put(name, new Server()));
    openedGenerations.clear();
    committed = Assignment.NONE;
    state = DirectorState.initial(NAMES, committed);
    running = Optional.empty();
    oldestInUse = 0;
    nowNanos = random.nextLong();
  }

  private void disturb() {
    String name = NAMES.get(random.nextInt(NAMES.size()));
    Server server = server(name);
    int dice = random.nextInt(100);
    if (dice < 4) {
      server.alive = false;
    } else if (dice < 14 && !server.alive) {
      server.alive = true;
      server.mode = random.nextBoolean() ? Mode.OPEN : Mode.CLOSED;
      server.replicating = random.nextBoolean();
    } else if (dice < 18) {
      replaceDirector();
    }
  }

  private void replaceDirector() {
    running.filter(it -> random.nextBoolean()).ifPresent(this::perform);
    running = Optional.empty();
    state = DirectorState.initial(NAMES, committed);
  }

  /** A member that has not settled yet still writes to the last writer, which may accept it. */
  private void write() {
    if (committed.isServing()) {
      Server writer = server(committed.writer());
      if (writer.alive && writer.mode == Mode.OPEN) {
        long id = ++transactions;
        writer.own.add(id);
        writer.has.add(id);
      }
    }
  }

  private void replicate() {
    for (Server to : servers.values()) {
      for (Server from : servers.values()) {
        if (to != from && to.alive && from.alive && to.replicating && random.nextInt(3) == 0) {
          to.has.addAll(from.has);
        }
      }
    }
  }

  private void probe(String name) {
    Server server = server(name);
    if (!server.alive) {
      input(new Probed(name, random.nextBoolean() ? Facts.refused() : Facts.silent()));
      return;
    }
    int number = NAMES.indexOf(name) + 1;
    ServerFacts facts =
        new ServerFacts(
            "model",
            new IdSeries(number, 3, number),
            3,
            number,
            name,
            true,
            server.mode,
            name,
            server.replicating ? Facts.RUNNING : Facts.STOPPED);
    Map<String, Long> lacking = new HashMap<>();
    servers.forEach(
        (other, model) ->
            lacking.put(other, model.has.stream().filter(it -> !server.has.contains(it)).count()));
    lacking.remove(name);
    input(new Probed(name, new Healthy(facts, lacking)));
  }

  private void finishRunning(boolean well) {
    Action action = running.orElse(null);
    if (action == null) {
      return;
    }
    running = Optional.empty();
    if (well && perform(action)) {
      input(new Done(action));
    } else {
      input(new Failed(action, "it failed"));
    }
  }

  private boolean perform(Action action) {
    if (action instanceof Commit commit) {
      committed = checked(commit.assignment());
      return true;
    } else if (action instanceof Settle) {
      oldestInUse = committed.generation();
      return true;
    } else if (action instanceof Fence fence) {
      return onServer(fence.master(), it -> it.mode = Mode.CLOSED);
    } else if (action instanceof Open open) {
      openedGenerations.add(committed.generation());
      return onServer(open.master(), it -> it.mode = Mode.OPEN);
    } else if (action instanceof CatchUp catchUp) {
      return onServer(catchUp.master(), it -> catchUp(it, catchUp));
    } else {
      return onServer(((Follow) action).master(), it -> it.replicating = true);
    }
  }

  private void catchUp(Server server, CatchUp order) {
    if (order.detach()) {
      server.replicating = false;
    } else {
      order.positions().forEach(it -> server.has.addAll(server(it).has));
    }
  }

  private boolean onServer(String name, java.util.function.Consumer<Server> change) {
    Server server = server(name);
    if (server.alive) {
      change.accept(server);
    }
    return server.alive;
  }

  private Assignment checked(Assignment next) {
    assertTrue(next.generation() >= committed.generation(), "generations do not fall");
    boolean sameGeneration = next.generation() == committed.generation();
    if (sameGeneration && committed.isServing()) {
      assertEquals(committed.writer(), next.writer(), "a writer is replaced by a new generation");
    }
    if (next.isServing() && !committed.isServing()) {
      assertEquals(committed.candidate(), next.writer(), "the candidate becomes the writer");
      assertTrue(openedGenerations.contains(next.generation()), "it was opened before");
    }
    if (committed.isServing() && !next.isServing()) {
      assertTrue(next.generation() > committed.generation(), "a withdrawal is a new generation");
    }
    return next;
  }

  private void input(Input input) {
    Step step = machine.step(state, input, nowNanos);
    state = step.next();
    running = step.action().or(() -> running);
    step.action().ifPresent(this::checkOrdered);
  }

  private void checkOrdered(Action action) {
    if (action instanceof Open open) {
      assertEquals(committed.generation(), oldestInUse, "nobody acts on an older generation");
      String expected = committed.isServing() ? committed.writer() : committed.candidate();
      assertEquals(expected, open.master());
      state.masters().values().stream()
          .filter(it -> it.reachable() && !it.name().equals(open.master()))
          .forEach(it -> assertTrue(it.isIn(Mode.CLOSED), it.name() + " is closed before"));
      checkNobodyWouldLoseLess(open.master());
    } else if (action instanceof Fence fence) {
      assertTrue(!fence.master().equals(committed.writer()), "the writer is not fenced");
    }
  }

  /** With a master away, the one that is opened has most of what those who answer have. */
  private void checkNobodyWouldLoseLess(String opened) {
    boolean allAnswer = state.masters().values().stream().allMatch(MasterView::reachable);
    if (committed.isServing() || allAnswer) {
      return;
    }
    Judgement judgement = new Judgement(new Rules(NAMES, 2, 1, false, 2, 1, 1), state);
    for (MasterView other : state.masters().values()) {
      if (other.reachable() && judgement.stranded(other.name()) == 0) {
        assertTrue(
            lacks(other, judgement) >= lacks(state.masters().get(opened), judgement),
            () -> other.name() + " has more than " + opened);
      }
    }
  }

  private long lacks(@Nullable MasterView master, Judgement judgement) {
    return master == null
        ? 0
        : master.lacking().entrySet().stream()
            .filter(it -> judgement.stranded(it.getKey()) == 0 && isReachable(it.getKey()))
            .mapToLong(Map.Entry::getValue)
            .sum();
  }

  private boolean isReachable(String name) {
    MasterView view = state.find(name);
    return view != null && view.reachable();
  }

  private void assertCalm() {
    if (!committed.isServing()) {
      assertTrue(committed.reason().contains("holds"), committed::toString);
      return;
    }
    for (String name : NAMES) {
      Mode wanted = name.equals(committed.writer()) ? Mode.OPEN : Mode.CLOSED;
      assertEquals(wanted, server(name).mode, () -> name + " with " + committed);
    }
  }

  private Server server(String name) {
    Server server = servers.get(name);
    if (server == null) {
      throw new IllegalStateException(name);
    }
    return server;
  }
}
