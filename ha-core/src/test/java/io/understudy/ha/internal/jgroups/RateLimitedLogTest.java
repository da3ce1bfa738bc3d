package io.understudy.ha.internal.jgroups;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.understudy.ha.internal.jgroups.RateLimitedLog.Kind;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class RateLimitedLogTest {
  private final AtomicLong clock = new AtomicLong(-5);
  private final Logger logger = (Logger) LoggerFactory.getLogger(RateLimitedLogTest.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final RateLimitedLog log = new RateLimitedLog(logger, "n1", clock::get);

  RateLimitedLogTest() {
    logger.setAdditive(false);
    logger.addAppender(lines);
    lines.start();
  }

  @AfterEach
  void detach() {
    logger.detachAppender(lines);
  }

  private List<String> lines() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void theFirstIsSaidAtOnceAndTheOthersOnceAMinuteWithTheirNumber() {
    for (int i = 0; i < 1000; i++) {
      log.warn(Kind.REFUSED, "latest " + i);
    }
    clock.addAndGet(TimeUnit.MINUTES.toNanos(1));
    log.warn(Kind.REFUSED, "another");
    assertEquals(
        List.of(
            "n1: 1 refused connections, the latest: latest 0",
            "n1: 1000 refused connections, the latest: another"),
        lines());
    assertEquals(1001, log.total(Kind.REFUSED));
  }

  @Test
  void kindsAreCountedApart() {
    log.warn(Kind.REFUSED, "a");
    log.warn(Kind.DROPPED, "b");
    assertEquals(2, lines().size());
    assertEquals(0, log.total(Kind.UNSENT));
  }
}
