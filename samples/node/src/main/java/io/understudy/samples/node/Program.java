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

/** A program that is a member: reads the command line, runs until a signal or a refusal ends it. */
public final class Program {
  private static final int STATUS_FAILED = 1;
  private static final int STATUS_REFUSED = 2;
  private static final long CLOSE_LIMIT_MILLIS = 4_700;
  private static final Pattern LINE_BREAKS = Pattern.compile("\\s*[\\r\\n]+\\s*");

  private final String name;
  private final String usage;
  private final HeldLog log = HeldLog.install();
  private final CompletableFuture<NodeProgram> program = new CompletableFuture<>();

  /**
   * Makes a program.
   *
   * @param name its name, for its last words
   * @param usage what {@code --help} prints
   */
  public Program(String name, String usage) {
    this.name = name;
    this.usage = usage;
  }

  /**
   * Runs until the end of the process.
   *
   * @param words the command line
   * @param features reads what the program does beside being a member
   */
  public void run(List<String> words, Feature.Reader features) {
    if (words.contains("--help")) {
      System.out.print(usage);
      return;
    }
    try {
      CommandLine line = new CommandLine(words);
      Feature feature = features.read(line);
      Arguments arguments = Arguments.parse(line);
      JsonLines lines = new JsonLines(new FileOutputStream(FileDescriptor.out), arguments.name());
      Runtime.getRuntime().addShutdownHook(new Thread(this::leave, "shutdown"));
      NodeProgram started = new NodeProgram(arguments, lines, log, feature);
      program.complete(started);
      String reason = started.serve();
      started.close();
      refuse(reason);
    } catch (ArgumentException | HaConfigurationException e) {
      refuse(String.valueOf(e.getMessage()));
    } catch (RuntimeException | InterruptedException e) {
      log.release();
      LoggerFactory.getLogger(Program.class).error("The member cannot start", e);
      Runtime.getRuntime().halt(STATUS_FAILED);
    }
  }

  /** Ends the program with one line on standard error, whatever the message looks like. */
  private void refuse(String message) {
    String line = LINE_BREAKS.matcher(message.strip()).replaceAll(" ");
    log.sayAndHalt(name + ": " + line, STATUS_REFUSED);
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
          "%s: leaving in order failed within %d ms (%s); the lease ends by itself"
              .formatted(name, CLOSE_LIMIT_MILLIS, e),
          STATUS_FAILED);
    }
  }
}
