package io.understudy.samples.orders;

import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.node.Fault;
import io.understudy.samples.node.Network;
import io.understudy.samples.node.NodeProcess;
import io.understudy.samples.node.Preload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;

/** Draws what goes wrong next. The same seed draws the same. */
final class Troubles {
  private static final int CLOCK_STEP_SECONDS = 7_200;

  private final OrderService service;
  private final Network network;
  private final Function<String, Path> clocks;
  private final Random random;
  private final List<Supplier<Trouble>> ofServers =
      List.of(this::killedServer, this::frozenServer, this::silence);
  private final List<Supplier<Trouble>> ofMembers =
      List.of(
          this::cutMembers,
          this::killedMember,
          this::frozenMember,
          this::wrongClock,
          this::switchover);

  /**
   * Draws from a seed.
   *
   * @param clocks the file that sets a member's wall clock
   */
  Troubles(OrderService service, Network network, Function<String, Path> clocks, long seed) {
    this.service = service;
    this.network = network;
    this.clocks = clocks;
    this.random = new Random(seed);
  }

  /** Of a server, of members, or of both at once. */
  List<Trouble> next() {
    int which = random.nextInt(3);
    List<Trouble> troubles = new ArrayList<>();
    if (which != 0) {
      troubles.add(ofServers.get(random.nextInt(ofServers.size())).get());
    }
    if (which != 1) {
      troubles.add(ofMembers.get(random.nextInt(ofMembers.size())).get());
    }
    return troubles;
  }

  /** How long it lasts: from a blink to longer than a lease. */
  long millis() {
    return 100L + random.nextInt(random.nextBoolean() ? 1_000 : 6_000);
  }

  /** Three times of four the writer, because there it matters. */
  private DatabaseServer server() {
    DatabaseServer writer = service.awaitWriter();
    return random.nextInt(4) == 0 ? service.other(writer) : writer;
  }

  private List<String> members(int most) {
    List<String> shuffled = new ArrayList<>(network.members());
    Collections.shuffle(shuffled, random);
    return shuffled.subList(0, 1 + random.nextInt(most));
  }

  private Trouble killedServer() {
    DatabaseServer server = server();
    return trouble("kill -9 of " + server.name(), server, Mishap.KILL);
  }

  private Trouble frozenServer() {
    DatabaseServer server = server();
    return trouble("SIGSTOP of " + server.name(), server, Mishap.FREEZE);
  }

  private Trouble silence() {
    DatabaseServer server = server();
    List<String> deaf = members(network.members().size());
    return trouble(
        "silence between " + server.name() + " and " + deaf, server, new Silence(network, deaf));
  }

  private static Trouble trouble(String name, DatabaseServer server, Mishap mishap) {
    return new Trouble(name, () -> mishap.befall(server), () -> mishap.end(server));
  }

  private Trouble cutMembers() {
    List<String> cut = members(network.members().size());
    Fault[] faults = cut.stream().map(Fault::cut).toArray(Fault[]::new);
    return new Trouble("cut of " + cut, () -> network.inject(faults), network::heal);
  }

  private Trouble killedMember() {
    String name = members(1).get(0);
    return new Trouble(
        "kill -9 of " + name, () -> service.node(name).kill(), () -> service.start(name));
  }

  private Trouble frozenMember() {
    NodeProcess node = service.node(members(1).get(0));
    return new Trouble(
        "SIGSTOP of " + node.name(), () -> node.signal("STOP"), () -> node.signal("CONT"));
  }

  private Trouble wrongClock() {
    Path file = clocks.apply(members(1).get(0));
    long stepMillis = 1_000L * (random.nextInt(2 * CLOCK_STEP_SECONDS) - CLOCK_STEP_SECONDS);
    return new Trouble(
        "clock of %s off by %d s".formatted(file.getFileName(), stepMillis / 1_000),
        () -> Preload.setClock(file, stepMillis),
        () -> Preload.setClock(file, 0));
  }

  /** Whether it succeeds does not matter, nor whether anybody can be asked. */
  private Trouble switchover() {
    DatabaseServer to = service.other(service.awaitWriter());
    return new Trouble("planned change to " + to.name(), () -> service.ask(to.name()), () -> {});
  }
}
