package io.understudy.ha.internal.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Whether a host answers an ICMP echo request, asked by the system's {@code ping}: Java can send
 * none without privileges. The child is gone when the call returns.
 */
final class PingProbe implements Patrol.Work {
  /** A word that both the ping of iputils and that of busybox have, IPv4 and IPv6. */
  static final String PROGRAM = "ping";

  private static final int ANSWERED = 0;
  private static final int SILENT = 1;
  private static final int MAX_OUTPUT = 4_000;

  private final String program;
  private final String host;
  private final long limitNanos;

  PingProbe(String program, String host, long limitNanos) {
    this.program = program;
    this.host = host;
    this.limitNanos = limitNanos;
  }

  /** There is no such program: no host will ever be reached before somebody installs it. */
  static final class MissingProgramException extends IOException {
    private static final long serialVersionUID = 1;

    MissingProgramException(String program, IOException cause) {
      super(
          "there is no program '"
              + program
              + "' on this process' PATH ("
              + cause.getMessage()
              + "); install iputils-ping (Debian, Ubuntu), iputils (Red Hat, SUSE, Alpine) or"
              + " busybox, or probe by TCP",
          cause);
    }
  }

  @Override
  public void run() throws IOException, InterruptedException {
    Process child = begin();
    try {
      if (!child.waitFor(limitNanos, TimeUnit.NANOSECONDS)) {
        throw new IOException(
            host + " does not answer within " + TimeUnit.NANOSECONDS.toMillis(limitNanos) + " ms");
      }
      if (child.exitValue() != ANSWERED) {
        throw new IOException(host + explain(child));
      }
    } finally {
      end(child);
    }
  }

  private Process begin() throws IOException {
    long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(limitNanos + 999_999_999));
    List<String> command = List.of(program, "-n", "-c", "1", "-W", Long.toString(seconds), host);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    try {
      Process child = builder.start();
      child.getOutputStream().close();
      return child;
    } catch (IOException e) {
      boolean isMissing = String.valueOf(e.getMessage()).contains("error=2,");
      throw isMissing ? new MissingProgramException(program, e) : e;
    }
  }

  /** What it said last; what the status means is the same in all implementations. */
  private String explain(Process child) throws IOException {
    byte[] said = child.getInputStream().readNBytes(MAX_OUTPUT);
    List<String> lines =
        new String(said, StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank()).toList();
    String last = lines.isEmpty() ? "nothing" : lines.get(lines.size() - 1);
    return child.exitValue() == SILENT
        ? " does not answer (ping: " + last + ")"
        : ": ping ended with status " + child.exitValue() + ": " + last;
  }

  private static void end(Process child) {
    child.destroyForcibly();
    try {
      child.getInputStream().close();
    } catch (IOException e) {
      // nothing of it is wanted any more
    }
  }
}
