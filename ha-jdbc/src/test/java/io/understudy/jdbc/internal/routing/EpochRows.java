package io.understudy.jdbc.internal.routing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.jdbc.internal.routing.SwitchoverWorld.Server;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The row of each model server that names the generation that may write, and transactions of JVMs
 * that froze when they were about to commit and go on whenever it pleases them, with servers that
 * somebody opens by hand. It judges that no term goes on where a later one has begun.
 */
final class EpochRows {
  /** A transaction that no permit holds back any more. */
  private record Frozen(long generation, String server) {}

  private final Random random;

  /** By number of a transaction: the generation that it names, of those that name one. */
  private final Map<Integer, Long> names = new HashMap<>();

  /** By number of a transaction: the generation under which it wrote. */
  private final Map<Integer, Long> writes = new HashMap<>();

  private final List<Frozen> frozen = new ArrayList<>();

  /** What was committed late: no director could wait for it. */
  private final BitSet late = new BitSet();

  long refused;

  EpochRows(Random random) {
    this.random = random;
  }

  /** A transaction arrives from another server; the later one of two rows wins. */
  void receive(Server server, BitSet more) {
    BitSet fresh = (BitSet) more.clone();
    fresh.andNot(server.has);
    server.has.or(more);
    fresh.stream().filter(names::containsKey).forEach(it -> server.named = names.get(it));
  }

  /**
   * Names a generation on a server.
   *
   * @return whether no newer one is named there
   */
  boolean name(Server server, long generation, int number) {
    if (server.named < generation) {
      server.has.set(number);
      names.put(number, generation);
      server.named = generation;
    }
    return server.named == generation;
  }

  /** A transaction is committed; also one of a JVM that holds a permit has to be admitted. */
  boolean admits(Server server, long generation, int number) {
    boolean admitted = server.named == generation;
    if (admitted) {
      writes.put(number, generation);
      server.has.set(number);
      boolean first = server.has.stream().allMatch(it -> writes.getOrDefault(it, 0L) <= generation);
      assertTrue(first, () -> "generation " + generation + " goes on after a later one");
    }
    return admitted;
  }

  void freeze(long generation, String server) {
    frozen.add(new Frozen(generation, server));
  }

  /** One of them wakes up and commits, if its server lets it. */
  int thaw(SwitchoverWorld world, int number) {
    if (frozen.isEmpty() || random.nextInt(10) > 0) {
      return number;
    }
    Frozen one = frozen.remove(random.nextInt(frozen.size()));
    Server server = world.server(one.server());
    if (!server.alive || server.mode != Mode.OPEN) {
      return number;
    }
    if (admits(server, one.generation(), number + 1)) {
      late.set(number + 1);
      return number + 1;
    }
    refused++;
    return number;
  }

  long late() {
    return late.cardinality();
  }

  BitSet withoutLate(BitSet transactions) {
    BitSet rest = (BitSet) transactions.clone();
    rest.andNot(late);
    return rest;
  }
}
