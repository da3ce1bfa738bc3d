package io.understudy.samples.node;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A fence agent that does what the loss of power does to a machine: it ends the member's process,
 * frozen or not, and what the process has started there.
 */
final class PowerSwitch {
  /** The machine is off once its process is gone; only then ends what would outlive it. */
  private static final String AGENT =
      """
      #!/bin/sh
      cd %s
      while IFS='=' read -r key value; do
        case $key in action) action=$value ;; nodename) target=$value ;; esac
      done
      echo "$action $target" >> agent.log
      pid=$(cat $target.pid) || exit 1
      runs() { grep -qs '^State:[[:space:]]*[^ZX]' /proc/$pid/status; }
      case $action in
        off)
          test -e broken && { echo 'the switch says no' >&2; exit 1; }
          kill -9 $pid 2>/dev/null
          i=0
          while runs; do
            i=$((i + 1)); [ $i -gt 200 ] && exit 1; sleep 0.02
          done
          HA_NODE=$target HA_EPOCH=$HA_FENCE_EPOCH sh service.sh stop ;;
        status) runs || test -e $target.up || exit 2 ;;
        *) exit 1 ;;
      esac
      """;

  private final Cluster cluster;
  private final Service service;
  private final Path directory;
  private final Path agent;

  PowerSwitch(Cluster cluster, Service service) {
    this.cluster = cluster;
    this.service = service;
    directory = cluster.stateDirectory("any").toAbsolutePath().getParent();
    agent = cluster.write("agent", AGENT.formatted(directory)).toAbsolutePath();
    assertTrue(agent.toFile().setExecutable(true));
  }

  /** Options of a member that runs the service and is, or has, such a machine. */
  Map<String, String> options() {
    Map<String, String> options = new HashMap<>(service.options());
    options.put("--exclusion", "stopped");
    options.put("--fence", agent.toString());
    return options;
  }

  /** Starts a member, or starts it again. */
  NodeProcess start(String name, Map<String, String> options) {
    NodeProcess node = cluster.start(name, options);
    cluster.write(name + ".pid", Long.toString(node.pid()));
    return node;
  }

  /** From now on it switches nothing off. */
  void fail() {
    cluster.write("broken", "");
  }

  /** What was asked of it: the action, and whose machine. */
  List<String> log() {
    try {
      return Files.readAllLines(directory.resolve("agent.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
