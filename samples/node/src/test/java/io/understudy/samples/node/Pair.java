package io.understudy.samples.node;

import java.nio.file.Path;
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

  private final Cluster cluster;
  private final Path script;

  Pair(Cluster cluster) {
    this.cluster = cluster;
    Path directory = cluster.stateDirectory("any").getParent().toAbsolutePath();
    this.script = cluster.write("fence.sh", SCRIPT.formatted(directory)).toAbsolutePath();
  }

  /** Starts a member, or starts it again. */
  NodeProcess start(String name) {
    NodeProcess node = cluster.start(name, Map.of("--fence-command", "sh " + script));
    cluster.write(name + ".pid", Long.toString(node.pid()));
    return node;
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
