package io.understudy.samples.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A resource that outlives its process: it works as long as its member's file is there. It writes
 * down when it starts and stops, and a test can make each of its actions fail or hang.
 */
final class Service {
  private static final String SCRIPT =
      """
      dir=%s
      up=$dir/$HA_NODE.up
      [ -e $dir/$HA_NODE.$1.hangs ] && { trap '' TERM INT; while :; do sleep 0.1; done; }
      [ -e $dir/$HA_NODE.$1.fails ] && { echo broken by the test; exit 1; }
      case $1 in
        start) touch $up; echo "$HA_NODE start $HA_EPOCH" >> $dir/service.log ;;
        stop) rm -f $up; [ $HA_EPOCH = 0 ] || echo "$HA_NODE stop $HA_EPOCH" >> $dir/service.log ;;
        status) [ -e $up ] || exit 3 ;;
      esac
      exit 0
      """;

  private final Path directory;
  private final Path script;

  Service(Cluster cluster) {
    directory = cluster.stateDirectory("any").getParent().toAbsolutePath();
    script = cluster.write("service.sh", SCRIPT.formatted(directory)).toAbsolutePath();
  }

  /** Options of a member that runs it. */
  Map<String, String> options() {
    return Map.of(
        "--resource",
        "main=sh " + script,
        "--check-interval",
        "100ms",
        "--stop-timeout",
        "2s",
        "--restart-limit",
        "1",
        "--failure-timeout",
        "10m");
  }

  boolean worksOn(NodeProcess node) {
    return Files.exists(file(node, "up"));
  }

  /** It dies by itself. */
  void die(NodeProcess node) {
    try {
      Files.delete(file(node, "up"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From now on an action fails or hangs at a member: {@code start.fails}, {@code stop.hangs}. */
  void spoil(NodeProcess node, String how) {
    try {
      Files.createFile(file(node, how));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void mend(NodeProcess node, String how) {
    try {
      Files.delete(file(node, how));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(NodeProcess node, String what) {
    return directory.resolve(node.name() + "." + what);
  }

  /** What it wrote down: member, action, epoch. */
  List<String> log() {
    try {
      return Files.readAllLines(directory.resolve("service.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it was started while it still worked elsewhere. */
  List<String> overlaps() {
    List<String> overlaps = new ArrayList<>();
    String working = "";
    for (String line : log()) {
      String[] words = line.split(" ", -1);
      if (words[1].equals("start")) {
        if (!working.isEmpty() && !working.equals(words[0])) {
          overlaps.add(line + ", while it worked on " + working);
        }
        working = words[0];
      } else if (words[0].equals(working)) {
        working = "";
      }
    }
    return overlaps;
  }
}
