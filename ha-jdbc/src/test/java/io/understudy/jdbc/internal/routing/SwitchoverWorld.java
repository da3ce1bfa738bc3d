package io.understudy.jdbc.internal.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.internal.routing.Action.CatchUp;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Model servers, and model members with clients that hold transactions: what a director works on.
 * Each member knows an assignment that may be old, under a permit that runs out. It judges what is
 * committed and what is acknowledged.
 */
final class SwitchoverWorld {
  static final long PERMIT_NANOS = 60;

  private static final int MEMBERS = 3;

  /** A server. */
  static final class Server {
    boolean alive = true;
    Mode mode = Mode.OPEN;
    boolean replicating = true;

    /** It began anew after the director last heard of it. */
    boolean restarted;

    /** All transactions that it has. */
    final Set<Long> has = new HashSet<>();
  }

  private static final class Member {
    boolean cut;
    int seen;
    long permitUntilNanos;
    int done = -1;
    final List<Transaction> open = new ArrayList<>();
  }

  private record Transaction(long generation, String writer, boolean stuck) {}

  private final List<String> names;
  private final Random random;
  private final Map<String, Server> servers = new HashMap<>();
  private final List<Member> members = new ArrayList<>();
  private final List<Assignment> history = new ArrayList<>(List.of(Assignment.NONE));
  private final Map<String, Set<Long>> positions = new HashMap<>();
  private final Map<String, String> lastPositions = new HashMap<>();
  private final Set<Long> openedGenerations = new HashSet<>();
  private boolean drained;
  private long newestGeneration;
  private String newestWriter = "";
  long transactions;
  long aborted;
  long nowNanos;

  SwitchoverWorld(List<String> names, Random random) {
    this.names = names;
    this.random = random;
    this.nowNanos = random.nextLong();
    names.forEach(name -> servers.put(name, new Server()));
    for (int i = 0; i < MEMBERS; i++) {
      members.add(new Member());
    }
    members.forEach(it -> it.permitUntilNanos = nowNanos);
  }

  Assignment committed() {
    return history.get(history.size() - 1);
  }

  Server server(String name) {
    Server server = servers.get(name);
    if (server == null) {
      throw new IllegalStateException(name);
    }
    return server;
  }

  // ---- what happens by itself

  void disturb() {
    Server server = server(names.get(random.nextInt(names.size())));
    Member member = members.get(random.nextInt(MEMBERS));
    int dice = random.nextInt(400);
    if (dice < 2) {
      server.alive = false;
    } else if (dice < 30 && !server.alive) {
      server.alive = true;
      server.restarted = true;
      server.mode = random.nextInt(4) == 0 ? Mode.OPEN : Mode.CLOSED;
      server.replicating = random.nextInt(4) > 0;
    } else if (dice < 34) {
      member.cut = true;
    } else if (dice < 50) {
      member.cut = false;
    } else if (dice < 52) { // it starts again
      member.open.clear();
      member.done = -1;
      member.permitUntilNanos = nowNanos;
    }
  }

  void calm() {
    servers.values().forEach(it -> it.alive = true);
    members.forEach(it -> it.cut = false);
    members.forEach(it -> it.open.clear());
  }

  void live() {
    for (Member member : members) {
      if (!member.cut && random.nextInt(3) > 0) {
        hear(member);
      }
      expire(member);
      work(member);
    }
    replicate();
  }

  private void hear(Member member) {
    member.seen = history.size() - 1;
    member.permitUntilNanos = nowNanos + PERMIT_NANOS;
  }

  private boolean isPermitted(Member member) {
    return member.permitUntilNanos - nowNanos > 0;
  }

  private void expire(Member member) {
    Assignment known = history.get(member.seen);
    int before = member.open.size();
    member.open.removeIf(it -> !isPermitted(member) || !isCurrent(known, it));
    aborted += before - member.open.size();
  }

  private static boolean isCurrent(Assignment known, Transaction transaction) {
    return known.phase().hasWriter() && known.generation() == transaction.generation();
  }

  private void work(Member member) {
    Assignment known = history.get(member.seen);
    if (!isPermitted(member)) {
      return;
    }
    if (known.isServing() && member.open.size() < 3) {
      member.open.add(new Transaction(known.generation(), known.writer(), random.nextInt(20) == 0));
    }
    member.open.removeIf(it -> !it.stuck() && random.nextInt(3) == 0 && commit(it));
    if (known.phase() == Phase.DRAINING && member.open.isEmpty()) {
      member.done = member.seen;
    }
  }

  /** Always over then; whether the server took it is another matter. */
  private boolean commit(Transaction transaction) {
    Server writer = server(transaction.writer());
    if (writer.alive && writer.mode == Mode.OPEN) {
      writer.has.add(++transactions);
      assertTrue(transaction.generation() >= newestGeneration, "an older generation is over");
      boolean same = transaction.generation() == newestGeneration;
      assertTrue(!same || transaction.writer().equals(newestWriter), "one writer each generation");
      newestGeneration = transaction.generation();
      newestWriter = transaction.writer();
    }
    return true;
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

  // ---- what a director sees and does

  Observation probe(String name, boolean silent) {
    Server server = server(name);
    if (!server.alive || silent) {
      return server.alive || random.nextBoolean() ? Facts.silent() : Facts.refused();
    }
    server.restarted = false;
    String position = name + "-" + positions.size();
    positions.put(position, Set.copyOf(server.has));
    lastPositions.put(name, position);
    int number = names.indexOf(name) + 1;
    ServerFacts facts =
        new ServerFacts(
            "model",
            new IdSeries(number, names.size(), number),
            names.size(),
            number,
            name,
            true,
            server.mode,
            position,
            server.replicating ? Facts.RUNNING : Facts.STOPPED);
    Map<String, Long> lacking = new HashMap<>();
    lastPositions.forEach((other, at) -> lacking.put(other, missing(server, at)));
    lacking.remove(name);
    return new Healthy(facts, lacking);
  }

  private long missing(Server server, String position) {
    return positions.getOrDefault(position, Set.of()).stream()
        .filter(it -> !server.has.contains(it))
        .count();
  }

  /** Whether nobody can act on an older value. */
  boolean isSettled() {
    return members.stream().allMatch(it -> it.seen == history.size() - 1 || !isPermitted(it));
  }

  boolean isDrained() {
    return members.stream().filter(it -> !it.cut).allMatch(it -> it.done == history.size() - 1);
  }

  void drainDone(boolean early) {
    drained = true;
    if (early) {
      members.stream()
          .filter(it -> !it.cut)
          .forEach(it -> assertEquals(List.of(), it.open, "nothing is open where it says so"));
    }
  }

  boolean fence(String name) {
    Server server = server(name);
    server.mode = server.alive ? Mode.CLOSED : server.mode;
    return server.alive;
  }

  boolean follow(String name) {
    Server server = server(name);
    server.replicating = server.alive || server.replicating;
    return server.alive;
  }

  boolean catchUp(CatchUp order) {
    Server server = server(order.master());
    if (!server.alive) {
      return false;
    }
    if (order.detach()) {
      server.replicating = false;
      return true;
    }
    for (String position : order.positions()) {
      Server source = server(position.substring(0, position.lastIndexOf('-')));
      if (server.replicating && source.alive) {
        server.has.addAll(positions.getOrDefault(position, Set.of()));
      }
      if (missing(server, position) > 0) {
        return false;
      }
    }
    return true;
  }

  /** What the director believes of the others must be so, unless they began anew since. */
  void checkOpen(String name, DirectorState state) {
    Assignment committed = committed();
    members.stream()
        .filter(this::isPermitted)
        .map(it -> history.get(it.seen).generation())
        .forEach(it -> assertEquals(committed.generation(), it, "nobody is in an older one"));
    assertEquals(
        committed.isServing() ? committed.writer() : committed.candidate(), name, "it is agreed");
    for (MasterView other : state.masters().values()) {
      Server server = server(other.name());
      if (!other.name().equals(name) && other.reachable() && !server.restarted) {
        assertEquals(Mode.CLOSED, server.mode, () -> other.name() + " is closed before " + name);
      }
    }
    if (committed.phase() == Phase.SWITCHING && !committed.previous().equals(name)) {
      Server last = server(committed.previous());
      assertTrue(
          !last.alive || last.restarted || last.mode == Mode.CLOSED, "closed, seen or not seen");
    }
  }

  boolean open(String name) {
    Server server = server(name);
    if (server.alive) {
      openedGenerations.add(committed().generation());
      server.mode = Mode.OPEN;
    }
    return server.alive;
  }

  void commit(Assignment next) {
    Assignment before = committed();
    boolean same = next.generation() == before.generation();
    assertTrue(same || next.generation() > before.generation(), "generations do not fall");
    if (before.phase().hasWriter()) {
      assertEquals(same ? before.writer() : "", next.writer(), "a writer keeps its generation");
    } else if (next.phase().hasWriter()) {
      assertEquals(before.candidate(), next.writer(), "the candidate becomes the writer");
      assertTrue(same && openedGenerations.contains(next.generation()), "it was opened before");
    }
    if (before.phase() == Phase.DRAINING && next.isServing()) {
      assertTrue(same, "nobody loses anything");
    }
    if (next.phase() == Phase.SWITCHING) {
      checkSwitching(before, next);
    }
    if (before.phase() == Phase.SWITCHING && next.isServing()) {
      Server last = server(before.previous());
      assertTrue(server(next.writer()).has.containsAll(last.has), "nothing is missing");
    }
    drained = drained && next.phase() == Phase.DRAINING;
    history.add(next);
  }

  private void checkSwitching(Assignment before, Assignment next) {
    if (before.phase() == Phase.SWITCHING) {
      assertEquals(next.previous(), next.candidate(), "it turns round");
      assertTrue(!SwitchoverMachine.isGoingBack(before), "once");
    } else {
      assertEquals(Phase.DRAINING, before.phase());
      assertTrue(drained, "connections were waited for");
    }
  }
}
