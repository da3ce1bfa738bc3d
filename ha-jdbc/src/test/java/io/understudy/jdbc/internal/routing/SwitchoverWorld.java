package io.understudy.jdbc.internal.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.internal.routing.Action.CatchUp;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.util.ArrayList;
import java.util.BitSet;
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

    /** Directors do not reach it; all others do. */
    boolean cut;

    /** It answers and would not have a director. */
    boolean declining;

    /** A director sent it to open, and lost its session; it arrives when it arrives. */
    boolean opensLate;

    /** Commits wait for space, and while they do it cannot be closed. */
    boolean full;

    /** The generations of those that wait. */
    final List<Long> hanging = new ArrayList<>();

    boolean isReached() {
      return alive && !cut && !declining;
    }

    /** It began anew after the director last heard of it. */
    boolean restarted;

    /** The generation that it would let write, had it mode OPEN; 0 if it names none. */
    long named;

    /** The generation that a late opening names. */
    long lateGeneration;

    /** All transactions that it has. */
    final BitSet has = new BitSet();
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
  private final Map<String, BitSet> positions = new HashMap<>();
  private final Map<String, String> lastPositions = new HashMap<>();
  private final Set<Long> openedGenerations = new HashSet<>();
  final EpochRows rows;
  private boolean drained;
  private long begunNanos;
  private long newestGeneration;
  private String newestWriter = "";
  int transactions;
  long aborted;

  /** How often a server was opened while another was, which only the exemption allows. */
  long unclosed;

  /** How often that was one whose commits waited for space. */
  long unclosedFull;

  long nowNanos;

  SwitchoverWorld(List<String> names, Random random) {
    this.names = names;
    this.random = random;
    this.rows = new EpochRows(random);
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
    if (random.nextInt(400) == 0) {
      server.mode = Mode.OPEN; // by hand
      server.restarted = true;
    } else if (random.nextInt(400) == 0) {
      server.named = 0; // by hand, too
    }
    if (dice < 2) {
      server.alive = false;
      server.opensLate = false;
      server.hanging.clear();
    } else if (dice >= 390) {
      server.cut = dice < 392 || (server.cut && dice < 397);
    } else if (dice >= 384) {
      int often = committed().phase() == Phase.SWITCHING ? 388 : 385;
      server.declining = dice < often || (server.declining && dice < 389);
    } else if (dice < 30 && !server.alive) {
      server.alive = true;
      server.restarted = true;
      server.mode = random.nextInt(4) == 0 ? Mode.OPEN : Mode.CLOSED;
      server.replicating = random.nextInt(4) > 0;
    } else if (dice < 34) {
      member.cut = true;
    } else if (dice < 50) {
      member.cut = false;
    } else if (dice >= 52 && dice < 54) {
      server.full = true;
    } else if (dice >= 54 && dice < 62) {
      makeRoom(server);
    } else if (dice < 52) { // it starts again
      member.open.clear();
      member.done = -1;
      member.permitUntilNanos = nowNanos;
    }
  }

  /** What waited is done, whoever asked for it is gone or not. */
  private void makeRoom(Server server) {
    server.full = false;
    server.hanging.forEach(it -> rows.admits(server, it, ++transactions));
    server.hanging.clear();
  }

  void calm() {
    for (Server server : servers.values()) {
      makeRoom(server);
      server.alive = true;
      server.cut = false;
      server.declining = false;
    }
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
    servers.values().stream()
        .filter(it -> it.opensLate && random.nextInt(20) == 0)
        .forEach(it -> openNow(it, it.lateGeneration));
    transactions = rows.thaw(this, transactions);
    replicate();
  }

  /** It names the generation first. */
  private boolean openNow(Server server, long generation) {
    server.opensLate = false;
    boolean opens = rows.name(server, generation, ++transactions);
    server.mode = opens ? Mode.OPEN : server.mode;
    return opens;
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
    member.open.stream()
        .filter(it -> !isPermitted(member) && random.nextInt(4) == 0)
        .forEach(it -> rows.freeze(it.generation(), it.writer()));
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
    if (writer.alive && writer.mode == Mode.OPEN && writer.full) {
      if (writer.named == transaction.generation()) {
        writer.hanging.add(writer.named); // nobody is told that it is done
      }
    } else if (writer.alive
        && writer.mode == Mode.OPEN
        && rows.admits(writer, transaction.generation(), ++transactions)) {
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
        boolean runs = to.alive && from.alive && to.replicating && !to.full;
        if (to != from && runs && random.nextInt(3) == 0) {
          rows.receive(to, from.has);
        }
      }
    }
  }

  // ---- what a director sees and does

  Observation probe(String name, boolean silent) {
    Server server = server(name);
    if (!server.alive || silent || server.cut) {
      return server.alive || random.nextBoolean() ? Facts.silent() : Facts.refused();
    }
    if (server.declining) {
      return Facts.declined();
    }
    server.restarted = false;
    server.opensLate = false; // the new session ended the one that it came from
    String position = name + "-" + positions.size();
    positions.put(position, (BitSet) server.has.clone());
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
            isAdmitting(name) ? server.mode : Mode.READ_ONLY,
            position,
            server.replicating ? Facts.RUNNING : Facts.STOPPED);
    Map<String, Long> lacking = new HashMap<>();
    lastPositions.forEach((other, at) -> lacking.put(other, missing(server, at)));
    lacking.remove(name);
    String full = server.full ? "writes wait" : "";
    return new Healthy(facts, lacking, Findings.NONE.withFullDisk(full));
  }

  /** As the application finds it: what names another generation is as good as read-only. */
  private boolean isAdmitting(String name) {
    Server server = server(name);
    boolean serves = committed().writer().equals(name) && server.mode == Mode.OPEN;
    return !serves || server.named == committed().generation();
  }

  private long missing(Server server, String position) {
    BitSet missing = (BitSet) positions.getOrDefault(position, new BitSet()).clone();
    missing.andNot(server.has);
    return missing.cardinality();
  }

  /** How long the present generation has lasted. */
  long ageNanos() {
    return nowNanos - begunNanos;
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
    boolean closes = server.isReached() && server.hanging.isEmpty();
    server.mode = closes ? Mode.CLOSED : server.mode;
    return closes;
  }

  boolean hangs(String name) {
    return server(name).isReached() && !server(name).hanging.isEmpty();
  }

  boolean follow(String name) {
    Server server = server(name);
    server.replicating = server.isReached() || server.replicating;
    return server.isReached();
  }

  boolean catchUp(CatchUp order) {
    Server server = server(order.master());
    if (!server.isReached() || server.full) {
      return false;
    }
    if (order.detach()) {
      server.replicating = false;
      return true;
    }
    for (String position : order.positions()) {
      Server source = server(position.substring(0, position.lastIndexOf('-')));
      if (server.replicating && source.alive) {
        rows.receive(server, positions.getOrDefault(position, new BitSet()));
      }
      if (missing(server, position) > 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whatever the director believes: no other server is open by our doing, but one that is gone, for
   * which nobody holds a permit, and which the reason names. In a planned change that is neither of
   * the two that it is about. A writer that is agreed already may be opened again meanwhile.
   */
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
      boolean open = server.alive && (server.mode != Mode.CLOSED || server.opensLate);
      if (!other.name().equals(name) && open && !server.restarted) {
        boolean gone = other.failures() >= SwitchoverSimulationTest.PROBE_FAILURES;
        boolean unplanned = committed.phase() != Phase.SWITCHING;
        boolean third =
            !List.of(committed.candidate(), other.name()).contains(committed.previous());
        boolean stuck =
            other.fullLooks() >= SwitchoverSimulationTest.PROBE_FAILURES
                && state.progress().unfenced().contains(other.name());
        boolean exempt =
            committed.isServing()
                ? stuck || !other.reachable()
                : (stuck || gone)
                    && (unplanned || third)
                    && committed.reason().contains(other.name());
        assertTrue(exempt, () -> other + " is open before " + name + ": " + committed);
        unclosed++;
        unclosedFull += stuck ? 1 : 0;
      }
    }
  }

  boolean open(String name) {
    Server server = server(name);
    long generation = committed().generation();
    if (!server.isReached()) {
      server.opensLate = server.cut && server.alive;
      server.lateGeneration = generation;
      return false;
    }
    if (server.full) {
      return false; // it would have to write a row
    }
    openedGenerations.add(generation);
    return openNow(server, generation);
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
    if (next.phase() == Phase.SWITCHING && !same) {
      checkSwitching(before, next);
    }
    if (before.phase() == Phase.SWITCHING && next.isServing()) {
      BitSet missing = (BitSet) server(before.previous()).has.clone();
      missing.andNot(server(next.writer()).has);
      assertTrue(rows.withoutLate(missing).isEmpty(), () -> "missing: " + missing);
    }
    begunNanos = same ? begunNanos : nowNanos;
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
