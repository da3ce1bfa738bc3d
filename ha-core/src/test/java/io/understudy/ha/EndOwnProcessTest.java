package io.understudy.ha;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real processes whose listeners stop, hang, and fail. */
class EndOwnProcessTest {
  private static final Duration LIMIT = Duration.ofMillis(300);

  @ParameterizedTest
  @CsvSource({"STOPS, 0", "HANGS, 75", "HANGS_WHILE_STARTING, 75", "FAILS, 75"})
  void endsTheProcessUnlessTheWorkHasStopped(Conduct conduct, int status) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                conduct.name())
            .redirectErrorStream(true)
            .start();
    try {
      String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), "has not ended");
      assertEquals(status, process.exitValue(), told);
      assertTrue(status == 75 || told.isEmpty(), told); // its last words are best effort
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void leavesTimeToStop() {
    assertThrows(
        IllegalArgumentException.class,
        () -> EndOwnProcess.unlessStoppedWithin(Duration.ofMillis(9), new Listener(Conduct.STOPS)));
  }

  private enum Conduct {
    STOPS,
    HANGS,
    HANGS_WHILE_STARTING,
    FAILS
  }

  /** Leads for a moment, and would go on for long if nobody ended it. */
  static final class Program {
    public static void main(String[] args) throws InterruptedException {
      Conduct conduct = Conduct.valueOf(args[0]);
      RoleListener guarded = EndOwnProcess.unlessStoppedWithin(LIMIT, new Listener(conduct));
      Leadership held = new Moment(System.nanoTime() + Duration.ofMillis(100).toNanos());
      Thread callbacks =
          new Thread(
              () -> {
                guarded.elected(held);
                guarded.revoked(held, RevokeReason.LEASE_EXPIRED);
              });
      callbacks.setDaemon(true);
      callbacks.start();
      if (conduct == Conduct.STOPS) {
        callbacks.join();
        TimeUnit.MILLISECONDS.sleep(3 * LIMIT.toMillis()); // what must not happen takes its time
      } else {
        new CountDownLatch(1).await(20, TimeUnit.SECONDS);
      }
    }
  }

  private record Moment(long untilNanos) implements Leadership {
    @Override
    public String role() {
      return "jobs";
    }

    @Override
    public long epoch() {
      return 7;
    }

    @Override
    public boolean isValid() {
      return System.nanoTime() - untilNanos < 0;
    }

    @Override
    public Duration remaining() {
      return Duration.ofNanos(Math.max(0, untilNanos - System.nanoTime()));
    }
  }

  private record Listener(Conduct conduct) implements RoleListener {
    @Override
    public void elected(Leadership leadership) {
      if (conduct == Conduct.HANGS_WHILE_STARTING) {
        hang();
      }
    }

    @Override
    public void revoked(Leadership leadership, RevokeReason reason) {
      if (conduct == Conduct.FAILS) {
        throw new IllegalStateException("still at work");
      }
      if (conduct == Conduct.HANGS) {
        hang();
      }
    }

    private static void hang() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
