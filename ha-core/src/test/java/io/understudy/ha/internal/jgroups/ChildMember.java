package io.understudy.ha.internal.jgroups;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Life;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A member's transport in a process of its own, to be killed. Ends with the process of the test.
 */
final class ChildMember implements AutoCloseable {
  private static final String READY = "listens as ";

  private final Process process;
  private final InetSocketAddress address;
  private final Life life;

  /** Starts the process and waits until it listens. */
  ChildMember(String name, int port, List<Integer> ports, boolean crashProof) throws IOException {
    String all = String.join(",", ports.stream().map(String::valueOf).toList());
    this.process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ChildMember.class.getName(),
                name,
                String.valueOf(port),
                all,
                String.valueOf(crashProof))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    this.address = Member.local(port);
    BufferedReader out = process.inputReader(StandardCharsets.US_ASCII);
    String line = out.readLine();
    while (line != null && !line.startsWith(READY)) {
      line = out.readLine();
    }
    if (line == null) {
      close();
      throw new IOException("member " + name + " did not start");
    }
    this.life = new Life(MemberId.of(name), Long.parseLong(line.substring(READY.length())));
  }

  /** Arguments: name, port, all ports, whether deaths may be proved. */
  public static void main(String[] args) throws IOException {
    List<Integer> ports = List.of(args[2].split(",", -1)).stream().map(Integer::valueOf).toList();
    TransportConfig config = Member.config(args[0], Integer.parseInt(args[1]), ports);
    Member member = new Member(Member.withCrashProof(config, Boolean.parseBoolean(args[3])));
    Runtime.getRuntime().addShutdownHook(new Thread(member::close));
    member.start();
    System.out.println(READY + config.self().incarnation());
    if (System.in.read() < 0) {
      Runtime.getRuntime().halt(1); // the test is over, or wants an end without a word
    }
  }

  InetSocketAddress address() {
    return address;
  }

  Life life() {
    return life;
  }

  /** By its name, for example KILL. */
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }

  /** Ends itself at once: no shutdown hooks, nothing closed. */
  void halt() throws IOException {
    process.outputWriter().close();
  }

  void awaitEnd() throws InterruptedException {
    process.waitFor(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
