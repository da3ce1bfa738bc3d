package io.understudy.samples.dbpair;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a pair occupies on this machine: processes, directories and an entry in the records. */
final class PairResources implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PairResources.class);

  private final List<ServerHome> homes;
  private final List<DatabaseServer> servers;
  private final RunRecord record;
  private final Thread shutdownHook = new Thread(this::release, "db-pair-shutdown");
  private boolean released; // guarded by this

  private PairResources(List<ServerHome> homes, List<DatabaseServer> servers, RunRecord record) {
    this.homes = List.copyOf(homes);
    this.servers = List.copyOf(servers);
    this.record = record;
  }

  /** Creates the homes, which must not exist, and takes care of them even if the JVM just exits. */
  static PairResources claim(
      CacheDirectory cache, List<ServerHome> homes, List<DatabaseServer> servers) {
    RunRecord record = RunRecord.open(cache, homes.stream().map(ServerHome::directory).toList());
    PairResources resources = new PairResources(homes, servers, record);
    Runtime.getRuntime().addShutdownHook(resources.shutdownHook);
    return resources;
  }

  List<DatabaseServer> servers() {
    return servers;
  }

  /** Copies the template's data, without the identity that MySQL keeps in it. */
  void copyIntoHomes(Path templateData) {
    for (ServerHome home : homes) {
      try {
        Trees.copy(templateData, home.data());
        Files.deleteIfExists(home.data().resolve("auto.cnf"));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot copy " + templateData + " to " + home.data(), e);
      }
    }
  }

  @Override
  public void close() {
    release();
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      LOG.debug("the JVM is going down, and runs the hook anyway", e);
    }
  }

  private synchronized void release() {
    if (released) {
      return;
    }
    released = true;
    servers.forEach(DatabaseServer::close);
    homes.forEach(home -> Trees.delete(home.directory()));
    record.close();
  }
}
