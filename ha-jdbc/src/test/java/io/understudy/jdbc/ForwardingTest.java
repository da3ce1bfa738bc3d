package io.understudy.jdbc;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.HaDataSourceEvent.MasterChanged;
import io.understudy.jdbc.HaDataSourceEvent.SwitchoverChanged;
import io.understudy.jdbc.HaDataSourceStatus.MasterStatus;
import io.understudy.jdbc.HaDataSourceStatus.Reach;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.SwitchoverResult.Step;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a JVM that does not direct can be asked, and what it knows. */
class ForwardingTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Map<String, Reach> ALL_REACH =
      Map.of("n0", Reach.REACHABLE, "n1", Reach.REACHABLE, "n2", Reach.REACHABLE);

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    Optional<String> reason = DatabasePair.unsupportedReason();
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
  }

  @ParameterizedTest
  @EnumSource(names = "MARIADB")
  void anyMemberCanBeAskedAndEachHearsWhatBecomesOfIt(Flavor flavor) throws Exception {
    try (Site site = Site.open(flavor, directory)) {
      int director = ready(site);
      List<List<SwitchoverChanged>> told =
          site.sources().stream().map(ForwardingTest::switchovers).toList();
      try (Connection open = site.source(0).getConnection()) { // so that the order is repeated
        CompletableFuture<SwitchoverResult> answer = ask(site, (director + 1) % 3, "db-02");
        SwitchoverResult result = answer.get(30, TimeUnit.SECONDS);
        assertTrue(result.isSwitched(), result::toString);
        assertEquals("n" + director, result.director());
        assertEquals(List.of(Step.values()), steps(result));
        assertTrue(result.held().toMillis() >= 1_000, result::toString);
        assertFalse(open.isClosed());
      }
      for (int i = 0; i < Site.MEMBERS; i++) {
        List<SwitchoverChanged> heard = told.get(i);
        await()
            .atMost(PATIENCE)
            .until(() -> heard.stream().anyMatch(it -> it.progress().isSwitched()));
        List<Integer> counts =
            heard.stream().map(it -> it.progress().steps().size()).distinct().toList();
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8), counts, "n" + i);
        HaDataSource source = site.source(i);
        await().atMost(PATIENCE).until(() -> source.status().history().size() == 1);
        assertEquals("n" + director, source.status().switchover().orElseThrow().director());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "MARIADB")
  void aDirectorThatIsLostMeanwhileGivesNoFalseWordAndItIsNotDoneTwice(Flavor flavor)
      throws Exception {
    try (Site site = Site.open(flavor, directory)) {
      int director = ready(site);
      int asker = (director + 1) % 3;
      HaDataSource client = site.source(asker);
      try (Connection open = client.getConnection()) {
        open.setAutoCommit(false);
        Site.order(open, "open all the time");
        long generation = client.status().route().generation();
        CompletableFuture<SwitchoverResult> answer = ask(site, asker, "db-02");
        await().until(() -> client.status().route().phase() == Phase.DRAINING);
        site.node(director).close();
        SwitchoverResult result = answer.get(30, TimeUnit.SECONDS);
        assertTrue(
            result.outcome() == Outcome.UNKNOWN || result.outcome() == Outcome.LEFT_TO_SUCCESSOR,
            result::toString);
        assertEquals("n" + director, result.director());
        await().atMost(PATIENCE).until(() -> client.status().route().phase() == Phase.SERVING);
        await().atMost(PATIENCE).until(() -> site.director() >= 0 && site.director() != director);
        // It has heard every member since it directs, and nobody asks any more.
        await().atMost(PATIENCE).until(() -> Reach.REACHABLE.equals(site.master("db-02").reach()));
        assertEquals(Optional.empty(), site.directorStatus().switchover());
        assertEquals(generation, client.status().route().generation());
        open.commit();
      }
      assertEquals("db-01", client.status().route().writer());
      SwitchoverResult again = askUntilBegun(site, asker, "db-02");
      assertTrue(again.isSwitched(), again::toString);
      assertEquals("n" + site.director(), again.director());
    }
  }

  @ParameterizedTest
  @EnumSource(names = "MARIADB")
  @Tag("fault")
  void whatTheDirectorRefusesIsRefusedForItsReason(Flavor flavor) throws Exception {
    try (Site site = Site.open(flavor, directory)) {
      int director = ready(site);
      int asker = (director + 1) % 3;
      try (Connection open = site.source(0).getConnection()) {
        CompletableFuture<SwitchoverResult> first = ask(site, director, "db-02");
        await().until(() -> site.source(asker).status().route().phase() == Phase.DRAINING);
        CompletableFuture<SwitchoverResult> second = ask(site, asker, "db-02");
        CompletableFuture<SwitchoverResult> third = ask(site, (director + 2) % 3, "db-01");
        for (CompletableFuture<SwitchoverResult> refused : List.of(second, third)) {
          ExecutionException failure =
              assertThrows(ExecutionException.class, () -> refused.get(30, TimeUnit.SECONDS));
          String why =
              String.valueOf(
                  assertInstanceOf(SwitchoverRefusedException.class, failure.getCause())
                      .getMessage());
          assertTrue(why.contains("(says the director, n" + director + ")"), why);
        }
        assertFalse(open.isClosed());
        assertTrue(first.get(30, TimeUnit.SECONDS).isSwitched());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "MARIADB")
  void eachMemberKnowsHowTheMastersStand(Flavor flavor) throws Exception {
    try (Site site = Site.openBehindRelays(flavor, directory)) {
      int director = ready(site);
      int other = (director + 1) % 3;
      HaDataSource source = site.source(other);
      await().atMost(PATIENCE).until(() -> master(source, "db-02").readOnly().orElse(false));
      MasterStatus standby = master(source, "db-02");
      assertEquals(Optional.of(true), standby.replicating());
      assertTrue(standby.lagSeconds().isPresent(), standby::toString);
      assertFalse(standby.position().isEmpty(), standby::toString);
      assertEquals(Optional.of(false), master(source, "db-01").readOnly());
      List<MasterStatus> told = new CopyOnWriteArrayList<>();
      source.subscribe(
          event -> {
            if (event instanceof MasterChanged changed) {
              told.add(changed.master());
            }
          });
      site.relay(other, "db-02").cut();
      await()
          .atMost(PATIENCE)
          .until(() -> told.stream().anyMatch(it -> it.reach() == Reach.UNREACHABLE));
      for (HaDataSource each : site.sources()) {
        await()
            .atMost(PATIENCE)
            .until(() -> master(each, "db-02").seenBy().get("n" + other) == Reach.UNREACHABLE);
        assertEquals(Reach.REACHABLE, master(each, "db-02").seenBy().get("n" + (director + 2) % 3));
      }
      assertEquals(Reach.REACHABLE, master(site.source(director), "db-02").reach());
      assertEquals(Optional.empty(), master(source, "db-02").readOnly());
    }
  }

  // ---- tools

  /** All members see all masters, so that a change can begin. */
  private static int ready(Site site) throws Exception {
    Site.order(site.source(0), "before");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                site.sources().stream()
                    .flatMap(it -> it.status().masters().stream())
                    .allMatch(it -> it.seenBy().equals(ALL_REACH)));
    await().atMost(PATIENCE).until(() -> site.master("db-02").replicating().orElse(false));
    return site.director();
  }

  private static MasterStatus master(HaDataSource source, String name) {
    return source.status().masters().stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<SwitchoverChanged> switchovers(HaDataSource source) {
    List<SwitchoverChanged> heard = new CopyOnWriteArrayList<>();
    source.subscribe(
        event -> {
          if (event instanceof SwitchoverChanged changed) {
            heard.add(changed);
          }
        });
    return heard;
  }

  private static CompletableFuture<SwitchoverResult> ask(Site site, int member, String to) {
    return site.source(member).switchTo(to).toCompletableFuture();
  }

  /** The new director has to have probed everybody first. */
  private static SwitchoverResult askUntilBegun(Site site, int member, String to) {
    return await()
        .atMost(PATIENCE)
        .ignoreExceptionsMatching(e -> e.getCause() instanceof SwitchoverRefusedException)
        .until(() -> ask(site, member, to).get(30, TimeUnit.SECONDS), it -> true);
  }

  private static List<Step> steps(SwitchoverResult result) {
    return result.steps().stream().map(SwitchoverResult.StepTime::step).toList();
  }
}
