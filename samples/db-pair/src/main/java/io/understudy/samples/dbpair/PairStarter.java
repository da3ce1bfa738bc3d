package io.understudy.samples.dbpair;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings one pair up, step by step, and logs what each step took. */
final class PairStarter {
  private static final Logger LOG = LoggerFactory.getLogger(PairStarter.class);
  private static final Duration REPLICATION_TIMEOUT = Duration.ofMinutes(1);

  /** To be raised whenever the content of a template changes, so that old ones are not used. */
  private static final String TEMPLATE = "-template-1";

  private final PairSettings settings;
  private final Product product;
  private final CacheDirectory cache = CacheDirectory.ofThisUser();
  private final Stopwatch watch = new Stopwatch();

  PairStarter(PairSettings settings) {
    this.settings = settings;
    this.product = settings.product();
  }

  DatabasePair start() {
    Installation installation = install();
    Path template = template(installation);
    watch.lap("prepared");
    PairResources resources = claim(installation);
    try {
      resources.copyIntoHomes(template);
      watch.lap("copied");
      return bringUp(resources);
    } catch (RuntimeException | Error e) {
      resources.close();
      throw e;
    }
  }

  private Installation install() {
    Path server = cache.entry(product.key(), product::unpack);
    return Installation.prepare(product, server, cache.resolve(product.key() + "-libraries"));
  }

  /** Returns a data directory with system tables, made once per machine. */
  private Path template(Installation installation) {
    Path entry =
        cache.entry(
            product.key() + TEMPLATE,
            directory -> {
              ServerHome home = new ServerHome(directory);
              product.initialise(installation, home.data(), home.errorLog());
            });
    return new ServerHome(entry).data();
  }

  private PairResources claim(Installation installation) {
    String pairId = UUID.randomUUID().toString();
    List<Integer> ports = Ports.free(settings.offsets().size());
    List<ServerHome> homes = new ArrayList<>();
    List<DatabaseServer> servers = new ArrayList<>();
    for (int i = 0; i < ports.size(); i++) {
      ServerSettings server = serverSettings(i + 1, ports.get(i));
      ServerHome home = new ServerHome(homeDirectory(pairId, server.name()));
      homes.add(home);
      servers.add(new DatabaseServer(product, installation, server, home));
    }
    return PairResources.claim(cache, homes, servers);
  }

  private Path homeDirectory(String pairId, String serverName) {
    Path wanted = settings.directory();
    return wanted == null
        ? cache.resolve("pairs").resolve(pairId + "-" + serverName)
        : wanted.toAbsolutePath().normalize().resolve(serverName);
  }

  private ServerSettings serverSettings(int serverId, int port) {
    int offset = settings.offsets().get(serverId - 1);
    ServerSettings plain =
        new ServerSettings(serverId, port, settings.increment(), offset, List.of());
    List<String> options =
        settings.options().stream()
            .map(it -> it.replace(DatabasePair.SERVER_NAME, plain.name()))
            .toList();
    return new ServerSettings(serverId, port, settings.increment(), offset, options);
  }

  /** The servers start side by side: each is launched before the first is waited for. */
  private DatabasePair bringUp(PairResources resources) {
    List<DatabaseServer> servers = resources.servers();
    servers.forEach(DatabaseServer::launchFirst);
    servers.forEach(DatabaseServer::awaitReady);
    watch.lap("started");
    DatabasePair pair = new DatabasePair(servers.get(0), servers.get(1), resources);
    pair.connect(REPLICATION_TIMEOUT);
    if (settings.startReadOnly()) {
      servers.forEach(DatabaseServer::refuseWrites);
    }
    watch.lap("replicated");
    LOG.info("pair is up: {}; {}", pair, watch);
    return pair;
  }

  /** How long each step took, for the log. */
  private static final class Stopwatch {
    private final StringBuilder laps = new StringBuilder();
    private final long startNanos = System.nanoTime();
    private long lapNanos = startNanos;

    void lap(String name) {
      long now = System.nanoTime();
      laps.append("%s in %.2f s, ".formatted(name, (now - lapNanos) / 1e9));
      lapNanos = now;
    }

    @Override
    public String toString() {
      return "%stotal %.2f s".formatted(laps, (lapNanos - startNanos) / 1e9);
    }
  }
}
