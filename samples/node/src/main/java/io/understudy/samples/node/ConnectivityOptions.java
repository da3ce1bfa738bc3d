package io.understudy.samples.node;

import io.understudy.ha.Connectivity;
import io.understudy.ha.Connectivity.Target;
import io.understudy.ha.Connectivity.WhenAllLack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the command line says of the outside. Pure. */
final class ConnectivityOptions {
  private static final String TCP = "tcp:";
  private static final String PING = "ping:";

  private ConnectivityOptions() {}

  static Connectivity parse(Map<Option, List<String>> given) throws ArgumentException {
    Connectivity demands = Connectivity.none();
    for (String text : given.getOrDefault(Option.CONNECTIVITY, List.of())) {
      demands = demands.reaching(target(text));
    }
    demands = demands.whenAllLack(policy(given));
    Optional<String> dampening = Arguments.single(given, Option.DAMPENING);
    if (dampening.isEmpty()) {
      return demands;
    }
    Duration parsed = Arguments.duration(Option.DAMPENING, dampening.get());
    return demands.probing(demands.interval(), demands.timeout(), parsed);
  }

  private static Target target(String text) throws ArgumentException {
    if (text.startsWith(TCP)) {
      return new Target.Tcp(
          Arguments.hostAndPort(Option.CONNECTIVITY, text.substring(TCP.length())));
    }
    if (text.startsWith(PING) && text.length() > PING.length()) {
      return new Target.Ping(text.substring(PING.length()));
    }
    throw new ArgumentException(
        Option.CONNECTIVITY + " is '" + text + "'; give tcp:HOST:PORT or ping:HOST");
  }

  private static WhenAllLack policy(Map<Option, List<String>> given) throws ArgumentException {
    String text = Arguments.single(given, Option.NO_CONNECTIVITY).orElse("stay");
    return switch (text) {
      case "stop" -> WhenAllLack.STOP;
      case "stay" -> WhenAllLack.STAY;
      default ->
          throw new ArgumentException(
              Option.NO_CONNECTIVITY + " is '" + text + "'; give stop or stay");
    };
  }
}
