package io.understudy.samples.gameday;

import io.understudy.ha.Timing;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import io.understudy.samples.gameday.Cluster.Lead;
import io.understudy.samples.gameday.shop.OrderApp;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The script: a quiet time, then three bad days, each with its end awaited and its cost counted.
 */
final class GameDay {
  private static final String GAME_DAY = "game day";
  private static final Duration WARM_UP = Duration.ofSeconds(2);
  private static final Duration QUIET = Duration.ofSeconds(5);
  private static final Duration SETTLE = Duration.ofSeconds(2);
  private static final Duration FROZEN = Timing.DEFAULT.lease().multipliedBy(3);

  private final Flavor flavor;
  private final Stage stage;
  private final Timeline timeline;
  private final Scoreboard scores;

  GameDay(Flavor flavor, Stage stage, Timeline timeline) {
    this.flavor = flavor;
    this.stage = stage;
    this.timeline = timeline;
    this.scores = new Scoreboard(stage.ledger());
  }

  /**
   * Holds it, on an empty stage.
   *
   * @throws GameDayException if something does not recover, or does not start
   */
  Report hold() {
    timeline.head("The curtain rises");
    stage.start(flavor);
    stage.startClient();
    awaitOrders();
    rest(WARM_UP);

    timeline.head("A quiet time, to compare with: " + inSeconds(QUIET));
    scores.begin();
    rest(QUIET);
    Score baseline = scores.end("none", "none, for comparison", audit());

    leaderKilled();
    writerKilled();
    leaderFrozen();

    List<Score> faults = scores.scores().subList(1, scores.scores().size());
    Audit last = audit();
    long unclear =
        stage.ledger().all().stream().filter(it -> it.outcome() == Attempt.Outcome.UNKNOWN).count();
    return new Report(
        stage.databases().product(),
        baseline,
        faults,
        unclear,
        last.unclearStored(),
        timeline.seconds());
  }

  /** The worst case is one JVM that leads everything. */
  private void unite() {
    Lead jobs = stage.cluster().leader(OrderApp.JOBS);
    String director = stage.cluster().leader(OrderApp.DIRECTOR).member();
    if (!jobs.member().equals(director)) {
      timeline.say(
          jobs.member(),
          "is told to hand %s over to %s, so that one JVM leads both roles"
              .formatted(jobs.role(), director));
      AppProcess.named(stage.apps(), jobs.member())
          .tell(String.join(" ", AppMain.HAND_OVER, jobs.role(), director));
      if (!stage.cluster().comesToLead(jobs.role(), director)) {
        timeline.say(jobs.member(), "did not; the game goes on");
      }
    }
  }

  private void leaderKilled() {
    stage.watch().newDay();
    unite();
    Lead lead = stage.cluster().leader(OrderApp.JOBS);
    List<Lead> lost = stage.cluster().ledBy(lead.member());
    AppProcess victim = AppProcess.named(stage.apps(), lead.member());
    timeline.head("Bad day 1: kill -9 of the leading application, " + described(lost));
    victim.kill9();
    lost.forEach(stage.cluster()::awaitSuccessor);
    awaitOrders();
    rest(SETTLE);
    stage.cluster().start(victim);
    stage.cluster().awaitHealthy(victim);
    timeline.say(victim.name(), "serves again");
    rest(SETTLE);
    end("leader-killed", "kill -9 of the leader");
  }

  private void writerKilled() {
    stage.watch().newDay();
    String writer = stage.cluster().writer();
    DatabaseServer victim = stage.databases().named(writer);
    timeline.head("Bad day 2: kill -9 of the writing database, " + writer);
    victim.kill9();
    stage.cluster().awaitOtherWriter(writer);
    awaitOrders();
    rest(SETTLE);
    stage.databases().bringBack(victim);
    timeline.say(
        writer, "is started again, read-only and not replicating: process " + victim.pid());
    DatabaseServer survivor = stage.databases().named(stage.cluster().writer());
    stage.databases().awaitCaughtUp(survivor, victim);
    timeline.say(writer, "has caught up with " + survivor.name());
    rest(SETTLE);
    end("writer-killed", "kill -9 of the writing database");
  }

  private void leaderFrozen() {
    stage.watch().newDay();
    unite();
    Lead lead = stage.cluster().leader(OrderApp.JOBS);
    List<Lead> lost = stage.cluster().ledBy(lead.member());
    AppProcess victim = AppProcess.named(stage.apps(), lead.member());
    timeline.head(
        "Bad day 3: SIGSTOP of the leading application for three leases, " + described(lost));
    long startNanos = System.nanoTime();
    victim.freeze();
    lost.forEach(stage.cluster()::awaitSuccessor);
    awaitOrders();
    rest(Duration.ofNanos(FROZEN.toNanos() - (System.nanoTime() - startNanos)));
    timeline.say(victim.name(), "goes on (SIGCONT), after " + inSeconds(FROZEN));
    victim.thaw();
    lost.forEach(stage.cluster()::awaitEnd);
    stage.cluster().awaitHealthy(victim);
    timeline.say(victim.name(), "serves again");
    rest(SETTLE);
    stage.stopClient();
    end("leader-frozen", "SIGSTOP of the leader, " + inSeconds(FROZEN));
  }

  private static String described(List<Lead> leads) {
    String member = leads.get(0).member();
    return member
        + ", which leads "
        + String.join(" and ", leads.stream().map(Lead::role).toList());
  }

  private static String inSeconds(Duration time) {
    return time.toSeconds() + " s";
  }

  private void end(String name, String title) {
    Score score = scores.end(name, title, audit());
    timeline.say(
        GAME_DAY,
        "%.2f s without service, %d orders acknowledged, %d of them missing on %s"
            .formatted(
                score.secondsWithoutService(),
                score.acknowledged(),
                score.missingOnSurvivor(),
                stage.cluster().writer()));
    for (String proof : scores.twoLeaders()) {
      timeline.say(GAME_DAY, "TWO LEADERS: " + proof);
    }
  }

  private Audit audit() {
    String writer = stage.cluster().writer();
    return Audit.of(
        stage.ledger().all(),
        stage.databases().named(writer),
        stage.databases().otherThan(writer),
        LeaderClaims.read(stage.apps().stream().map(AppProcess::claims).toList()));
  }

  private void awaitOrders() {
    try {
      if (!stage.ledger().awaitAcknowledged(Cluster.patience())) {
        throw stage.cluster().late("an acknowledged order");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GameDayException("interrupted", e);
    }
  }

  /** Lets the game go on by itself for a while. */
  private void rest(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GameDayException("interrupted", e);
    }
    stage.cluster().throwIfFailed();
  }
}
