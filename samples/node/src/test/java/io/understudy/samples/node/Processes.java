package io.understudy.samples.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives a test its clusters. Afterwards it ends every process that the test started, after a
 * failure too; no claims file of any test may show two leaders, and no events break a rule.
 */
public final class Processes
    implements BeforeEachCallback, AfterTestExecutionCallback, AfterEachCallback {
  private static final Path ROOT = Path.of("target", "node-processes");

  private final List<Cluster> clusters = new ArrayList<>();
  private final List<Network> networks = new ArrayList<>();
  private Path directory = ROOT;
  // For a test JVM that is told to end in the middle of a test.
  private final Thread hook = new Thread(this::closeAll);

  public Cluster cluster(Duration lease, String... names) {
    return clusterAt("127.0.0.1", lease, names);
  }

  /** A cluster whose members name their addresses by a host. */
  public Cluster clusterAt(String host, Duration lease, String... names) {
    return clusterIn(Site.at(host), lease, List.of(names));
  }

  /** The directory of this test, with an absolute path; empty when it begins. */
  public Path directory() {
    return directory.toAbsolutePath();
  }

  /** A network with a place for each of these members. */
  public Network network(String... names) {
    Network network = new Network(List.of(names));
    networks.add(network);
    return network;
  }

  /** A network that delays, shuffles and doubles packets. */
  public Network slowNetwork(PacketRelay.Weather weather, String... names) {
    PacketRelay relay = new PacketRelay();
    relay.weather(weather);
    Network network = new Network(List.of(names), relay);
    networks.add(network);
    return network;
  }

  /** A cluster whose members run in a network. */
  public Cluster clusterIn(Network network, Duration lease) {
    return clusterIn(network, lease, network.members());
  }

  /** A cluster whose members run somewhere. */
  public Cluster clusterIn(Site site, Duration lease, List<String> names) {
    Cluster cluster = new Cluster(directory, lease, site, names);
    clusters.add(cluster);
    return cluster;
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    directory =
        ROOT.resolve(
            context.getRequiredTestClass().getSimpleName()
                + "."
                + context.getRequiredTestMethod().getName());
    delete(directory);
    Files.createDirectories(directory);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      clusters.forEach(cluster -> System.err.println(cluster.describe()));
      System.err.println("All output is in " + directory);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    closeAll();
    Runtime.getRuntime().removeShutdownHook(hook);
    for (Cluster cluster : clusters) {
      assertEquals(List.of(), cluster.claims().violations(), "proved overlaps");
      assertEquals(List.of(), cluster.brokenRules(), "broken rules of events");
    }
  }

  private void closeAll() {
    clusters.forEach(Cluster::close);
    networks.forEach(Network::close);
  }

  private static void delete(Path root) throws IOException {
    if (Files.exists(root)) {
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
