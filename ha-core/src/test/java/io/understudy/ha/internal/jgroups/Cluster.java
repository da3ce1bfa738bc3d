package io.understudy.ha.internal.jgroups;

import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.understudy.ha.FreePorts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.slf4j.LoggerFactory;

/** Members on ports of their own, and what was logged meanwhile. Ends all of them when closed. */
final class Cluster implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(30);

  final List<Integer> ports;
  final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final List<Member> open = new ArrayList<>();
  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

  Cluster(int size) {
    ports = FreePorts.of(size);
    logged.list = java.util.Collections.synchronizedList(new ArrayList<>());
    logged.start();
    root.addAppender(logged);
  }

  /** Member n1, n2... at its own port; not started. */
  Member member(int number) {
    return member(number, config -> config);
  }

  Member member(int number, UnaryOperator<TransportConfig> change) {
    Member member =
        new Member(change.apply(Member.config("n" + number, ports.get(number - 1), ports)));
    open.add(member);
    return member;
  }

  /** Starts as many members as there are ports and waits until all see each other. */
  List<Member> formed() {
    List<Member> members = new ArrayList<>();
    for (int number = 1; number <= ports.size(); number++) {
      members.add(member(number).start());
    }
    awaitAllSeen(members);
    return members;
  }

  static void awaitAllSeen(List<Member> members) {
    await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(10))
        .until(
            () ->
                members.stream().allMatch(member -> member.reachable.size() == members.size() - 1));
  }

  /** Warnings and errors, one string each, with the lines of their stack traces counted. */
  List<String> warnings() {
    return List.copyOf(logged.list).stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(ch.qos.logback.classic.Level.WARN))
        .map(
            event ->
                event.getLoggerName()
                    + ": "
                    + event.getFormattedMessage()
                    + (event.getThrowableProxy() == null ? "" : " WITH STACK TRACE"))
        .toList();
  }

  @Override
  public void close() {
    open.forEach(Member::close);
    root.detachAppender(logged);
  }
}
