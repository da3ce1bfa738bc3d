package io.understudy.samples.dbpair;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Starts processes that end with this JVM, even if the JVM is ended by {@code kill -9}, wherever
 * the machine has {@code setpriv} to arrange it. Elsewhere the next start reaps them ({@link
 * RunRecord}).
 *
 * <p>The kernel sends the parent-death signal when the <em>thread</em> that started the child ends,
 * not when its process does. So one thread starts all of them and lives as long as the JVM.
 */
final class ProcessLauncher {
  /** Set to {@code false}, children outlive a killed JVM until the next start reaps them. */
  static final String DIE_WITH_PARENT_PROPERTY = "dbpair.dieWithParent";

  private static final ExecutorService STARTER =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "db-pair-process-starter");
            thread.setDaemon(true);
            return thread;
          });

  private static final List<String> DIE_WITH_PARENT = List.of("setpriv", "--pdeathsig", "KILL");

  private ProcessLauncher() {}

  /** Starts the process that the builder describes, its command prefixed where possible. */
  static Process start(ProcessBuilder builder) throws IOException {
    List<String> command = new ArrayList<>();
    if (Boolean.parseBoolean(System.getProperty(DIE_WITH_PARENT_PROPERTY, "true"))
        && Support.SETPRIV_WORKS) {
      command.addAll(DIE_WITH_PARENT);
    }
    command.addAll(builder.command());
    builder.command(command);
    return await(STARTER.submit(builder::start), builder.command().get(0));
  }

  private static Process await(Future<Process> start, String program) throws IOException {
    try {
      return start.get();
    } catch (ExecutionException e) {
      throw new IOException("cannot start " + program, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while starting " + program, e);
    }
  }

  /** Probed once per JVM, and only when a server is really started. */
  private static final class Support {
    static final boolean SETPRIV_WORKS = probe();

    private static boolean probe() {
      List<String> command = new ArrayList<>(DIE_WITH_PARENT);
      command.add("true");
      try {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(new File("/dev/null"))
                .start()
                .waitFor()
            == 0;
      } catch (IOException e) {
        return false; // no setpriv here
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }
}
