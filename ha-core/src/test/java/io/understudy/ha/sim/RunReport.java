package io.understudy.ha.sim;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A long run as Markdown, for the safety page. */
final class RunReport {
  private final LongRun run;
  private final List<String> lines = new ArrayList<>();

  RunReport(LongRun run) {
    this.run = run;
  }

  String markdown() {
    Tally safety = run.safety();
    Tally recovery = run.recovery();
    lines.add("| | safety | recovery |");
    lines.add("|---|---:|---:|");
    row("seeds of 3 to 5 members", safety.seeds, recovery.seeds);
    row("events", safety.events, recovery.events);
    row("steps of the election", safety.steps, recovery.steps);
    row("steps per second and core", safety.stepsPerSecond(), recovery.stepsPerSecond());
    row("core minutes", minutes(safety.busyNanos), minutes(recovery.busyNanos));
    row(
        "simulated hours",
        safety.simulatedMillis / 3_600_000,
        recovery.simulatedMillis / 3_600_000);
    row("leaderships", safety.elections, recovery.elections);
    row("of them re-elected in a higher epoch", safety.reelections, recovery.reelections);
    row("values written", safety.of(Fault.WRITE), recovery.of(Fault.WRITE));
    row("values seen as committed", safety.commits, recovery.commits);
    row("values settled", safety.settled, recovery.settled);
    row("permits", safety.permits, recovery.permits);
    row("lost disks caught up", safety.catchUps, recovery.catchUps);
    row("violations", 0, 0);
    for (Map.Entry<Fault, Long> fault : safety.faults().entrySet()) {
      row("fault " + fault.getKey(), fault.getValue(), recovery.of(fault.getKey()));
    }
    for (String trait : safety.traits().keySet()) {
      row("seeds, " + trait, safety.seedsWith(trait), recovery.seedsWith(trait));
    }
    return header() + String.join("\n", lines) + "\n";
  }

  private String header() {
    return String.format(
        Locale.ROOT,
        "Run on %s at commit `%s`: seeds %d to %d (those of 1 or 2 members are left out), %d events each"
            + " before faults stop, on %d cores (%s, %s, Java %s) in %.1f minutes.%n"
            + "Every fourth seed ran again until its faults stopped: %d recoveries, slowest %s;"
            + " an operator had to confirm an empty directory in %d.%n%n",
        LocalDate.now(ZoneOffset.UTC),
        commit(),
        run.firstSeed(),
        run.endSeed() - 1,
        Simulation.EVENTS,
        run.threads(),
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        System.getProperty("java.version"),
        run.took().toMillis() / 60_000.0,
        run.recovery().recoveries,
        run.recovery().slowest(),
        run.recovery().operatorNeeded);
  }

  private static long minutes(long nanos) {
    return Math.round(nanos / 60e9);
  }

  private void row(String what, long safety, long recovery) {
    lines.add(String.format(Locale.ROOT, "| %s | %,d | %,d |", what, safety, recovery));
  }

  private static String commit() {
    try {
      Process git = new ProcessBuilder("git", "rev-parse", "--short", "HEAD").start();
      String answer = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return git.waitFor() == 0 ? answer.strip() : "unknown";
    } catch (IOException e) {
      return "unknown";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown";
    }
  }
}
