package io.understudy.samples.node;

import io.understudy.ha.Connectivity;
import io.understudy.ha.Connectivity.Target;
import io.understudy.ha.Connectivity.WhenAllLack;
import java.net.InetSocketAddress;
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
      Connectivity before = demands;
      Target target = target(text);
      demands = Arguments.checked(Option.CONNECTIVITY, text, () -> before.reaching(target));
    }
    Connectivity all = demands.whenAllLack(policy(given));
    Optional<String> dampening = Arguments.single(given, Option.DAMPENING);
    if (dampening.isEmpty()) {
      return all;
    }
    Duration parsed = Values.duration(Option.DAMPENING, dampening.get());
    return Arguments.checked(
        Option.DAMPENING,
        dampening.get(),
        () -> all.probing(all.interval(), all.timeout(), parsed));
  }

  private static Target target(String text) throws ArgumentException {
    if (text.startsWith(TCP)) {
      InetSocketAddress address =
          Arguments.hostAndPort(Option.CONNECTIVITY, text.substring(TCP.length()));
      if (address.getPort() == 0) {
        throw new ArgumentException(
            Option.CONNECTIVITY + " is '" + text + "'; nothing listens at port 0, give 1 to 65535");
      }
      return new Target.Tcp(address);
    }
    if (text.startsWith(PING) && text.length() > PING.length()) {
      return Arguments.checked(
          Option.CONNECTIVITY, text, () -> new Target.Ping(text.substring(PING.length())));
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
