package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rosters that members go by, and how they are changed from outside. */
final class Rosters {
  private static final Duration POLL = Duration.ofMillis(50);

  private Rosters() {}

  /** Options of a member that is configured with these members and knows no other's address. */
  static Map<String, String> configured(Cluster cluster, String... names) {
    return Map.of(
        "--roster",
        String.join(",", names),
        "--peers",
        Stream.of(names).map(cluster::address).collect(Collectors.joining(",")));
  }

  /** The roster in force at a member: {@code n1:1 n2:1}. */
  static String of(NodeProcess node) {
    return ((List<?>) node.status().get("members"))
        .stream()
            .map(entry -> (Map<?, ?>) entry)
            .map(entry -> entry.get("name") + ":" + entry.get("votes"))
            .collect(Collectors.joining(" "));
  }

  static long version(NodeProcess node) {
    return (long) node.status().get("rosterVersion");
  }

  /** The change that is under way, as far as this member knows. */
  static String change(NodeProcess node) {
    return String.valueOf(node.status().get("rosterChange"));
  }

  static void awaitEverywhere(List<NodeProcess> nodes, String roster) {
    await(roster + " at " + nodes)
        .pollInterval(POLL)
        .ignoreException(UncheckedIOException.class) // one that has just been started
        .atMost(Cluster.PATIENCE)
        .until(() -> nodes.stream().allMatch(node -> of(node).equals(roster)));
  }

  /** Waits until a member knows who keeps the roster; that one's process. */
  static NodeProcess awaitKeeper(Cluster cluster, NodeProcess asked) {
    return await("who keeps the roster")
        .pollInterval(POLL)
        .atMost(Cluster.PATIENCE)
        .until(
            () ->
                Optional.ofNullable(asked.status().get("rosterKeeper"))
                    .map(name -> cluster.node(String.valueOf(name))),
            Optional::isPresent)
        .orElseThrow();
  }

  /** Asks as an operator does, again after each time limit, until it is done. */
  static void change(NodeProcess asked, String query) {
    await(query + " asked of " + asked)
        .pollInterval(POLL)
        .atMost(Cluster.PATIENCE)
        .until(
            () -> {
              HttpResponse<String> answer = asked.post("/ha/roster?" + query);
              assertTrue(List.of(200, 504).contains(answer.statusCode()), answer.body());
              return answer.statusCode() == 200;
            });
  }
}
