package io.understudy.samples.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Real work for a role: a mounted directory, a virtual address, a Tomcat that serves the one on the
 * other, and a job that writes into a database; four scripts in the manner of LSB, in this order.
 */
final class PlatformGroup {
  static final String ADDRESS = "10.78.0.100";
  static final String PORT = "8080";
  static final String DOCUMENT = "served from the shared storage";
  static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
  private static final List<String> SCRIPTS = List.of("storage", "address", "web", "job");

  private final Machines machines;
  private final Path directory;
  private final ActionLog log;

  /**
   * Writes the scripts.
   *
   * @param machines where they will run
   * @param directory for the scripts and their log
   * @param writes how the job writes, see {@link RowWriter}
   */
  PlatformGroup(Machines machines, Path directory, String writes) {
    this.machines = machines;
    this.directory = directory;
    this.log = new ActionLog(directory.resolve("actions.log"));
    write("settings.sh", settings(writes));
    write("agent.sh", script("agent"));
    SCRIPTS.forEach(name -> write(name + ".sh", script(name)));
    write(machines.shared().resolve("document.txt"), DOCUMENT + "\n");
  }

  private String settings(String writes) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("DIRECTORY", directory.toString());
    settings.put("DEVICE", Machines.DEVICE);
    settings.put("ADDRESS", ADDRESS);
    settings.put("PORT", PORT);
    settings.put("WRITES", writes);
    settings.put("JAVA", java());
    settings.put("CLASSPATH", System.getProperty("java.class.path"));
    StringBuilder lines = new StringBuilder();
    settings.forEach((name, value) -> lines.append("%s='%s'%n".formatted(name, value)));
    return lines.toString();
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static String script(String name) {
    String resource = "/group/" + name + ".sh";
    URL url = Objects.requireNonNull(PlatformGroup.class.getResource(resource), resource);
    try {
      return Files.readString(Path.of(url.toURI()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private void write(String file, String content) {
    write(directory.resolve(file), content);
  }

  private static void write(Path file, String content) {
    try {
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How a machine reaches the database. */
  void reachDatabase(String member, String jdbcUrl) {
    write(machines.directory(member).resolve("machine.sh"), "DATABASE='" + jdbcUrl + "'\n");
  }

  /** Options of a member that runs it. */
  Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    options.put(
        "--resource",
        Cluster.repeated(
            SCRIPTS.stream().map(name -> "main=sh " + directory.resolve(name + ".sh")).toList()));
    options.put("--check-interval", "200ms");
    options.put("--start-timeout", "30s");
    options.put("--stop-timeout", STOP_TIMEOUT.toMillis() + "ms");
    options.put("--restart-limit", "1");
    options.put("--failure-timeout", "10m");
    return options;
  }

  ActionLog log() {
    return log;
  }

  Path mounted(String member) {
    return machines.directory(member).resolve("mounted");
  }

  /** Whether the process of a resource lives on a machine. */
  boolean runs(String member, String resource) {
    try {
      // That of a zombie is empty, and a stranger's has another machine's name or none.
      String words = Files.readString(Path.of("/proc", pid(member, resource), "cmdline"));
      return words.contains("\0" + member + "\0");
    } catch (IOException e) {
      return false; // ended, or never started
    }
  }

  /** The process of a resource dies by itself. */
  void die(String member, String resource) {
    try {
      Shell.run("kill", "-9", pid(member, resource));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String pid(String member, String resource) throws IOException {
    return Files.readString(machines.directory(member).resolve(resource + ".pid")).strip();
  }

  boolean hasAddress(String member) {
    return machines.run(member, "ip", "-4", "addr", "show").contains(ADDRESS + "/");
  }
}
