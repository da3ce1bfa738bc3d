package io.understudy.samples.orders;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.understudy.samples.dbpair.DatabaseServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The writer is lost again and again, and comes back each time. */
final class WriterLoss {
  private static final Duration POLL = Duration.ofMillis(10);

  private final OrderService service;
  private final Mishap mishap;
  private final List<Duration> withoutService = new ArrayList<>();
  private long stranded;

  WriterLoss(OrderService service, Mishap mishap) {
    this.service = service;
    this.mishap = mishap;
  }

  /**
   * Each time service stops, and another master serves; then everything is mended, and the orders
   * add up.
   */
  void run(String name, int times) {
    service.with("--clients", "10").with("--rate", "100").startAll().awaitOrdersOfAll();
    for (int i = 0; i < times; i++) {
      once();
    }
    DatabaseServer writer = service.awaitWriter();
    service.stop();
    service.pair().awaitReplicated(OrderService.PATIENCE);
    Audit audit = new Audit(service.book(), writer, service.other(writer));
    Runs.measured(
        "{}, {} times: without service {}; {} orders, {} were stranded for a while, {} lost, {}"
            + " duplicates, {} unclear and stored; attempts {}",
        name,
        times,
        Runs.times(withoutService),
        audit.orders(),
        stranded,
        audit.lost().size(),
        audit.duplicates().size(),
        audit.unclearStored(),
        service.book().outcomes());
    assertEquals(List.of(), audit.lost());
    assertEquals(List.of(), audit.duplicates());
    assertEquals(List.of(), audit.violations());
  }

  private void once() {
    DatabaseServer lost = service.awaitWriter();
    DatabaseServer next = service.other(lost);
    service.awaitStandby(next.name());
    service.awaitOrdersOfAll();
    long lostNanos = System.nanoTime();
    mishap.befall(lost);
    LedgerLine first =
        await("orders after the loss of " + lost)
            .pollInterval(POLL)
            .atMost(OrderService.PATIENCE)
            .until(
                () -> service.book().firstStored(lostNanos, it -> it.master().equals(next.name())),
                Optional::isPresent)
            .orElseThrow();
    withoutService.add(service.book().longestPause(lostNanos, first.monoNanos()));
    service.awaitOrdersOfAll();
    mishap.end(lost);
    mend(lost, next);
  }

  /**
   * What the lost writer had not sent is stranded there: counted by the director, as many as there
   * are, and let through after that look.
   */
  private void mend(DatabaseServer lost, DatabaseServer next) {
    await(lost.name() + " is fenced")
        .pollInterval(Duration.ofMillis(100))
        .atMost(OrderService.PATIENCE)
        .until(
            () ->
                service
                    .master(lost.name())
                    .filter(it -> "read-only".equals(it.get("state")))
                    .filter(it -> Boolean.TRUE.equals(it.get("replicating")))
                    .isPresent());
    long rows = new Audit(service.book(), next, lost).strandedRows();
    await(lost.name() + " has " + rows + " stranded transactions")
        .pollInterval(Duration.ofMillis(100))
        .atMost(OrderService.PATIENCE)
        .until(
            () ->
                service
                    .master(lost.name())
                    .filter(it -> Long.valueOf(rows).equals(it.get("stranded")))
                    .isPresent());
    stranded += rows;
    Reconciliation.letThrough(lost, next);
    service.awaitStandby(lost.name());
  }
}
