package io.understudy.ha;

import io.understudy.ha.spi.CommandRun;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the neighbours where a virtual address is now, beside the start that need not wait for it.
 * Several times, because one packet may get lost, and because Linux believes no second change
 * within a second. A start and a stop at a time.
 */
final class Announcer {
  private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);
  private static final String ARPING =
      "; is the package iputils-arping installed, and has this process CAP_NET_RAW?";
  private static final int TIMES = 3;
  private static final Duration LIMIT = Duration.ofSeconds(TIMES + 2);

  private final String address;
  private final String device;
  private final List<String> before;
  private @Nullable Thread running;

  Announcer(String address, String device, List<String> before) {
    this.address = address;
    this.device = device;
    this.before = before;
  }

  synchronized void begin() {
    Thread thread = new Thread(this::announce, "ha-announce-" + address);
    thread.setDaemon(true);
    running = thread;
    thread.start();
  }

  /** Returns when nothing is announced any more. */
  void end() throws InterruptedException {
    Thread thread = last();
    if (thread != null) {
      thread.interrupt(); // kills the command
      thread.join();
    }
  }

  private synchronized @Nullable Thread last() {
    return running;
  }

  private void announce() {
    try {
      if (address.contains(":")) {
        lookWhetherTheKernelDoes();
      } else {
        CommandRun run = run("arping", "-U", "-c", "" + TIMES, "-I", device, address);
        if (!run.ended() || run.status() != 0) {
          warn("arping ended with status " + run.status() + run.told() + ARPING);
        }
      }
    } catch (IOException e) {
      warn(e.getMessage() + ARPING);
    } catch (InterruptedException e) {
      LOG.debug("{} is announced no longer", address); // this thread ends with it
    } catch (RuntimeException | Error e) {
      warn(e.toString());
    }
  }

  private void lookWhetherTheKernelDoes() throws IOException, InterruptedException {
    String setting = "net/ipv6/conf/" + device + "/ndisc_notify";
    CommandRun run = run("cat", "/proc/sys/" + setting, "/proc/sys/net/ipv6/conf/all/ndisc_notify");
    if (!run.told().contains("1")) {
      warn("the kernel does not do it: set " + setting.replace('/', '.') + "=1 with sysctl");
    }
  }

  private void warn(String reason) {
    LOG.warn(
        "virtual address {} on {} is not announced, so neighbours may send to its former holder for"
            + " half a minute: {}",
        address,
        device,
        reason);
  }

  private CommandRun run(String... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(before);
    words.addAll(List.of(command));
    return CommandRun.of(words, Map.of("LC_ALL", "C"), "", LIMIT);
  }
}
