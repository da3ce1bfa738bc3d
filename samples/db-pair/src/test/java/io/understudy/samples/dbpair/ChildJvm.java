package io.understudy.samples.dbpair;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Another JVM that runs {@link Main}, and is killed with its servers when the test is over. */
final class ChildJvm implements AutoCloseable {
  private static final Pattern SERVER_LINE = Pattern.compile("db-0\\d pid (\\d+) .*");

  private final Process process;
  private final List<ProcessHandle> servers = new ArrayList<>();

  private ChildJvm(Process process) {
    this.process = process;
  }

  static ChildJvm start(Flavor flavor, Path cache, String... properties) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "-Xmx128m"));
    command.add("-D%s=%s".formatted(CacheDirectory.PROPERTY, cache));
    command.addAll(List.of(properties));
    command.addAll(List.of(Main.class.getName(), flavor.name()));
    return new ChildJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** Waits until both servers are up, and returns their processes. */
  List<ProcessHandle> awaitServers() throws IOException {
    StringBuilder seen = new StringBuilder();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    while (servers.size() < 2) {
      String line = output.readLine();
      if (line == null) {
        throw new AssertionError("the child JVM ended without a pair: " + seen);
      }
      seen.append(line).append(System.lineSeparator());
      Matcher matcher = SERVER_LINE.matcher(line);
      if (matcher.matches()) {
        servers.add(ProcessHandle.of(Long.parseLong(matcher.group(1))).orElseThrow());
      }
    }
    return servers;
  }

  /** SIGTERM, after which the JVM runs its shutdown hooks. */
  void terminate() {
    process.destroy();
    process.onExit().join();
  }

  void kill9() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill9();
    servers.forEach(ProcessHandle::destroyForcibly);
  }
}
