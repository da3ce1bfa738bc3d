package io.understudy.samples.gameday;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.understudy.ha.MemberId;
import io.understudy.samples.gameday.shop.OrderApp;
import io.understudy.samples.gameday.shop.ShopSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import org.apache.catalina.LifecycleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The main class of an application JVM: the shop, and what the game day adds to watch it (events on
 * standard output, claims in a file, hand-overs on demand). Ends in order on SIGTERM, and at once
 * when standard input ends, because then the game day is gone.
 */
public final class AppMain {
  /** What the game day may write to standard input, with a role and a member behind it. */
  static final String HAND_OVER = "hand-over";

  private static final Logger LOG = LoggerFactory.getLogger(AppMain.class);

  private AppMain() {}

  /**
   * Runs until it is ended.
   *
   * @param arguments the settings file and the claims file
   */
  public static void main(String[] arguments) {
    try {
      obey(start(Path.of(arguments[0]), Path.of(arguments[1])));
      Runtime.getRuntime().halt(0);
    } catch (IOException | LifecycleException | RuntimeException e) {
      LOG.error("the application failed", e);
      Runtime.getRuntime().halt(1);
    }
  }

  private static OrderApp start(Path settingsFile, Path claims)
      throws IOException, LifecycleException {
    ShopSettings settings = ShopSettings.read(settingsFile);
    AppEvents events = new AppEvents(System.out);
    OrderApp app = new OrderApp(settings, events);
    Runtime.getRuntime().addShutdownHook(new Thread(app::close, "shutdown"));
    ClaimsWriter.start(settings.member(), app.roles(), claims);
    events.ready(app);
    return app;
  }

  /** Returns when standard input ends. */
  private static void obey(OrderApp app) throws IOException {
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      List<String> words = List.of(line.split(" ", -1));
      if (words.size() == 3 && words.get(0).equals(HAND_OVER)) {
        handOver(app, words.get(1), MemberId.of(words.get(2)));
      } else {
        LOG.warn("'{}' is not understood", line);
      }
    }
  }

  private static void handOver(OrderApp app, String role, MemberId successor) {
    app.roles().stream()
        .filter(it -> it.name().equals(role))
        .forEach(
            it -> {
              var unused =
                  it.handOver(successor)
                      .whenComplete(
                          (leader, failure) ->
                              LOG.info("hand-over of {}: {} {}", role, leader, failure));
            });
  }
}
