package io.understudy.samples.node;

import io.understudy.ha.HaConfigurationException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/** The program: reads the command line, runs one member until a signal or a refusal ends it. */
public final class NodeMain {
  private static final int STATUS_FAILED = 1;
  private static final int STATUS_REFUSED = 2;
  private static final long CLOSE_LIMIT_MILLIS = 4_700;
  private static final Pattern LINE_BREAKS = Pattern.compile("\\s*[\\r\\n]+\\s*");

  private final HeldLog log = HeldLog.install();
  private final CompletableFuture<NodeProgram> program = new CompletableFuture<>();

  private NodeMain() {}

  /**
   * Runs a member; see {@code --help}.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    List<String> words = List.of(args);
    if (words.contains("--help")) {
      System.out.print(Usage.TEXT);
      return;
    }
    new NodeMain().run(words);
  }

  private void run(List<String> words) {
    try {
      Arguments arguments = Arguments.parse(words);
      JsonLines lines = new JsonLines(new FileOutputStream(FileDescriptor.out), arguments.name());
      Runtime.getRuntime().addShutdownHook(new Thread(this::leave, "shutdown"));
      NodeProgram started = new NodeProgram(arguments, lines, log);
      program.complete(started);
      String reason = started.serve();
      started.close();
      refuse(reason);
    } catch (ArgumentException | HaConfigurationException e) {
      refuse(String.valueOf(e.getMessage()));
    } catch (RuntimeException | InterruptedException e) {
      log.release();
      LoggerFactory.getLogger(NodeMain.class).error("The member cannot start", e);
      Runtime.getRuntime().halt(STATUS_FAILED);
    }
  }

  /** Ends the program with one line on standard error, whatever the message looks like. */
  private void refuse(String message) {
    String line = LINE_BREAKS.matcher(message.strip()).replaceAll(" ");
    log.sayAndHalt("ha-node: " + line, STATUS_REFUSED);
  }

  /**
   * Runs when a signal ends the JVM, whose own status would then be 128 plus the signal: leaving in
   * order is no failure, so the status is 0.
   */
  private void leave() {
    log.release();
    try {
      program.thenAcceptAsync(NodeProgram::close).get(CLOSE_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
      Runtime.getRuntime().halt(0);
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      log.sayAndHalt(
          "ha-node: leaving in order failed within %d ms (%s); the lease ends by itself"
              .formatted(CLOSE_LIMIT_MILLIS, e),
          STATUS_FAILED);
    }
  }
}
