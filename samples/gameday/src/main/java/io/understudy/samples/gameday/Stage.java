package io.understudy.samples.gameday;

import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import io.understudy.samples.gameday.shop.OrderApp;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All that a game day needs: two servers, three applications, one client. And their end. */
final class Stage implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Stage.class);
  private static final String GAME_DAY = "game day";
  private static final int APPS = 3;
  private static final Duration END_TIMEOUT = Duration.ofSeconds(6);

  private final Path directory;
  private final Timeline timeline;
  private final Cluster cluster;
  private final Ledger ledger = new Ledger();
  private final ServiceWatch watch;
  private @Nullable Databases databases; // guarded by this
  private List<AppProcess> apps = List.of(); // guarded by this
  private @Nullable OrderClient client; // guarded by this
  private boolean ended; // guarded by this
  private boolean interrupted; // guarded by this

  Stage(Path directory, Timeline timeline) {
    this.directory = directory;
    this.timeline = timeline;
    this.cluster = new Cluster(timeline, directory);
    this.watch = new ServiceWatch(timeline);
  }

  /** Starts everything but the client; returns when orders can be served everywhere. */
  void start(Flavor flavor) {
    timeline.say(GAME_DAY, "starts two servers of " + Databases.productOf(flavor));
    Databases started = new Databases(flavor);
    synchronized (this) {
      databases = started;
    }
    started.createTables();
    for (DatabaseServer server : started.servers()) {
      timeline.say(
          server.name(),
          "runs: process %d, port %d, issues %s ids"
              .formatted(server.pid(), server.port(), server.serverId() == 1 ? "odd" : "even"));
    }
    startApps(started);
    cluster.awaitLeader(OrderApp.JOBS);
    apps().forEach(cluster::awaitHealthy);
  }

  private void startApps(Databases started) {
    List<AppProcess> made = describeApps(started);
    synchronized (this) {
      if (ended) {
        throw new GameDayException("interrupted");
      }
      apps = made;
      made.forEach(cluster::start);
    }
  }

  private List<AppProcess> describeApps(Databases started) {
    List<Integer> ports = Ports.free(2 * APPS);
    List<String> names =
        Stream.iterate(1, it -> it + 1).limit(APPS).map(it -> "app-" + it).toList();
    String peers =
        ports.subList(0, APPS).stream()
            .map(port -> "127.0.0.1:" + port)
            .collect(Collectors.joining(","));
    List<AppProcess> made = new ArrayList<>();
    try {
      Path secret = directory.resolve("secret");
      Files.writeString(secret, UUID.randomUUID().toString());
      for (int i = 0; i < APPS; i++) {
        int httpPort = ports.get(APPS + i);
        Properties settings = new Properties();
        settings.setProperty("member", names.get(i));
        settings.setProperty("roster", String.join(",", names));
        settings.setProperty("bind", "127.0.0.1:" + ports.get(i));
        settings.setProperty("peers", peers);
        settings.setProperty("state", directory.resolve(names.get(i) + ".state").toString());
        settings.setProperty("secretFile", secret.toString());
        settings.setProperty("httpPort", Integer.toString(httpPort));
        started.describe(settings);
        Path file = write(names.get(i), settings);
        made.add(new AppProcess(names.get(i), httpPort, file, directory, cluster::accept));
      }
    } catch (IOException e) {
      throw new GameDayException("cannot write to " + directory + ": " + e.getMessage(), e);
    }
    return made;
  }

  private Path write(String name, Properties settings) throws IOException {
    Path file = directory.resolve(name + ".properties");
    try (Writer writer = Files.newBufferedWriter(file)) {
      settings.store(writer, null);
    }
    return file;
  }

  /** The client begins to place orders. */
  void startClient() {
    OrderClient made =
        new OrderClient(
            apps(),
            attempt -> {
              ledger.add(attempt);
              watch.accept(attempt);
            });
    synchronized (this) {
      client = made;
    }
    made.start();
    timeline.say("client", "places orders from now on");
  }

  /** The client stops; nothing is acknowledged any more. */
  void stopClient() {
    OrderClient stopping;
    synchronized (this) {
      stopping = client;
    }
    if (stopping != null) {
      stopping.close();
    }
  }

  synchronized Databases databases() {
    if (databases == null) {
      throw new IllegalStateException("not started");
    }
    return databases;
  }

  synchronized List<AppProcess> apps() {
    return apps;
  }

  Cluster cluster() {
    return cluster;
  }

  Ledger ledger() {
    return ledger;
  }

  ServiceWatch watch() {
    return watch;
  }

  /** Ends everything in order: the applications may hand over, then the servers go. */
  @Override
  public void close() {
    timeline.end();
    stopClient();
    List<AppProcess> ending = apps();
    ending.forEach(AppProcess::stop);
    for (AppProcess app : ending) {
      if (!app.awaitEnd(END_TIMEOUT)) {
        LOG.warn("{} did not end within {} and was killed", app.name(), END_TIMEOUT);
      }
    }
    kill();
  }

  /** Ends everything at once, unless that is done. For another thread; says whether it did. */
  boolean interrupt() {
    synchronized (this) {
      if (ended) {
        return false;
      }
      interrupted = true;
    }
    kill();
    return true;
  }

  synchronized boolean isInterrupted() {
    return interrupted;
  }

  private void kill() {
    timeline.end();
    List<AppProcess> ending;
    Databases leaving;
    synchronized (this) {
      ended = true;
      ending = apps;
      leaving = databases;
      databases = null;
    }
    ending.forEach(AppProcess::stop);
    ending.forEach(app -> app.awaitEnd(Duration.ZERO));
    if (leaving != null) {
      leaving.keepLogs(directory);
      leaving.close();
    }
  }
}
