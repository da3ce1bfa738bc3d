package io.understudy.samples.gameday;

import io.understudy.ha.HaEvent;
import io.understudy.jdbc.HaDataSourceStatus;
import io.understudy.jdbc.HaDataSourceStatus.MasterStatus;
import io.understudy.samples.gameday.shop.OrderApp;
import java.io.PrintStream;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Prints what happens in an application JVM, one line each, for {@link Cluster} to read. */
final class AppEvents implements Consumer<HaEvent> {
  private final PrintStream out;
  private volatile @Nullable OrderApp app;

  AppEvents(PrintStream out) {
    this.out = out;
  }

  /** The application has started. */
  void ready(OrderApp started) {
    app = started;
    print("ready");
    database();
  }

  @Override
  public void accept(HaEvent event) {
    if (event instanceof HaEvent.Elected elected) {
      print("elected", elected.role(), elected.epoch());
    } else if (event instanceof HaEvent.Revoked revoked) {
      print("revoked", revoked.role(), revoked.epoch(), revoked.reason().label());
    } else if (event instanceof HaEvent.QuorumChanged quorum) {
      print("quorum", quorum.held());
    } else if (event instanceof HaEvent.Refused refused) {
      print("refused", refused.reason());
    } else if (event instanceof HaEvent.RegisterCommitted) {
      database();
    }
  }

  private void database() {
    OrderApp known = app;
    if (known != null) {
      HaDataSourceStatus status = known.database();
      String writer = status.route().writer();
      String stranded =
          status.masters().stream()
              .filter(it -> it.stranded() > 0)
              .map(AppEvents::stranded)
              .collect(Collectors.joining(","));
      print(
          "database",
          status.route().phase(),
          status.route().generation(),
          writer.isEmpty() ? "-" : writer,
          stranded.isEmpty() ? "-" : stranded,
          status.reason());
    }
  }

  private static String stranded(MasterStatus master) {
    return master.name() + "=" + master.stranded();
  }

  private synchronized void print(Object... words) {
    StringBuilder line = new StringBuilder();
    for (Object word : words) {
      line.append(line.isEmpty() ? "" : " ").append(String.valueOf(word).replace('\n', ' '));
    }
    out.println(line);
    out.flush();
  }
}
