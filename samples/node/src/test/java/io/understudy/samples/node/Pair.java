package io.understudy.samples.node;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Two members that can end each other: the fence command of each ends the other's process by its
 * id, which works on a stopped process too, and confirms when it is gone.
 */
final class Pair {
  private static final String SCRIPT =
      """
      dir=%s
      [ -e $dir/fence.broken ] && { echo no power; exit 1; }
      pid=$(cat $dir/$HA_FENCE_TARGET.pid) || exit 1
      kill -9 $pid 2>/dev/null
      i=0
      while grep -qs '^State:[[:space:]]*[^ZX]' /proc/$pid/status; do
        i=$((i + 1)); [ $i -gt 200 ] && exit 1; sleep 0.02
      done
      echo process $pid is gone
      """;

  /** A fence agent; it knows nobody but the members whose process ids it is given. */
  private static final String AGENT =
      """
      #!/bin/sh
      dir=%s
      while IFS='=' read -r key value; do
        case $key in
          action) action=$value ;;
          plug) plug=$value ;;
        esac
      done
      [ -e $0.broken ] && exit 1
      pid=$(cat $dir/$plug.pid) || exit 1
      case $action in
        off) kill -9 $pid 2>/dev/null; exit 0 ;;
        status) grep -qs '^State:[[:space:]]*[^ZX]' /proc/$pid/status && exit 0; exit 2 ;;
        *) exit 1 ;;
      esac
      """;

  private final Cluster cluster;
  private final Path directory;
  private Map<String, String> options;

  Pair(Cluster cluster) {
    this.cluster = cluster;
    this.directory = cluster.stateDirectory("any").getParent().toAbsolutePath();
    Path script = cluster.write("fence.sh", SCRIPT.formatted(directory)).toAbsolutePath();
    this.options = Map.of("--fence-command", "sh " + script);
  }

  /** Starts a member, or starts it again. */
  NodeProcess start(String name) {
    NodeProcess node = cluster.start(name, options);
    cluster.write(name + ".pid", Long.toString(node.pid()));
    return node;
  }

  /** With fence agents instead of the command, one level for each. */
  Pair withAgents(String... names) {
    List<String> commands = new ArrayList<>();
    for (String name : names) {
      Path agent = cluster.write(name, AGENT.formatted(directory)).toAbsolutePath();
      assertTrue(agent.toFile().setExecutable(true));
      commands.add(agent + " plug@n1=n1 plug@n2=n2");
    }
    options = Map.of("--fence", String.join(",", commands), "--fence-scope", "process");
    return this;
  }

  /** From now on that agent fails. */
  void breakAgent(String name) {
    cluster.write(name + ".broken", "");
  }

  Pair startAll() {
    start("n1");
    start("n2");
    return this;
  }

  /** Starts again whoever was ended. */
  void startAllThatEnded() {
    for (NodeProcess node : cluster.nodes()) {
      if (!node.isAlive()) {
        start(node.name());
      }
    }
  }

  /** From now on the command fails. */
  void breakHooks() {
    cluster.write("fence.broken", "");
  }

  NodeProcess otherThan(NodeProcess node) {
    return cluster.others(node).get(0);
  }
}
