package io.understudy.ha.internal.group;

import static io.understudy.ha.Corpus.nanos;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.Corpus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One readable case: what happens to a group, and what it decides.
 *
 * <pre>
 * # The third resource fails its check: it alone is restarted.
 * resources a b c            first the settings, if they differ from the defaults
 * restart-limit 1
 *
 * 0s led 1                   a time, and what happens then
 *   > start a                what is decided, in order; nothing may be missing
 * 0.1s done                  answers the call that was made last
 * 0.1s failed no such file   the same
 * 5s tick
 * </pre>
 */
final class GroupScript implements Corpus.Script {
  private final GroupMachine machine = new GroupMachine();
  private final Map<String, String> settings = new TreeMap<>();
  private @Nullable GroupState state;
  private long wakeAtNanos; // at the beginning everything is looked at
  private long lastCall;

  @Override
  public void set(String line) {
    String[] parts = line.split(" ", 2);
    settings.put(parts[0], parts.length < 2 ? "" : parts[1]);
  }

  @Override
  public List<String> happen(String text) {
    String[] parts = text.split(" ", 3);
    long now = nanos(parts[0]);
    if (state == null) {
      GroupSettings made = made();
      boolean unknown = settings.containsKey("unknown");
      state = unknown ? GroupState.unknown(made, 0) : GroupState.stopped(made, 0);
    }
    GroupInput input = input(parts[1], parts.length < 3 ? "" : parts[2]);
    GroupStep step = machine.step(state, input, now);
    if (input instanceof GroupInput.Tick && !step.outputs().isEmpty()) {
      assertTrue(
          wakeAtNanos != GroupStep.NEVER && wakeAtNanos <= now,
          text + ": it decides something, but did not ask to be woken by then");
    }
    state = step.next();
    wakeAtNanos = step.wakeAtNanos();
    List<String> told = new ArrayList<>();
    for (GroupOutput output : step.outputs()) {
      if (output instanceof GroupOutput.Call call) {
        lastCall = call.call();
      }
      told.add(told(output));
    }
    return told;
  }

  private GroupInput input(String word, String rest) {
    return switch (word) {
      case "led" -> new GroupInput.Led(Long.parseLong(rest));
      case "lost" -> new GroupInput.Lost(nanos(rest));
      case "yield" -> new GroupInput.Yield();
      case "done" -> new GroupInput.Done(rest.isEmpty() ? lastCall : Long.parseLong(rest));
      case "failed" -> new GroupInput.Failed(lastCall, rest);
      case "reset" -> new GroupInput.ResetFailures();
      case "maintenance" -> new GroupInput.Maintenance(rest.equals("on"));
      case "tick" -> new GroupInput.Tick();
      default -> throw new IllegalArgumentException(word);
    };
  }

  private GroupSettings made() {
    return new GroupSettings(
        List.of(settings.getOrDefault("resources", "a b").split(" ")),
        nanos(settings.getOrDefault("check-interval", "10s")),
        nanos(settings.getOrDefault("check-limit", "2s")),
        nanos(settings.getOrDefault("start-limit", "20s")),
        nanos(settings.getOrDefault("stop-limit", "8s")),
        Integer.parseInt(settings.getOrDefault("restart-limit", "3")),
        nanos(settings.getOrDefault("failure-expiry", "60s")));
  }

  private String told(GroupOutput output) {
    if (output instanceof GroupOutput.Call call) {
      return call.operation().name().toLowerCase(Locale.ROOT) + " " + name(call.resource());
    } else if (output instanceof GroupOutput.Interrupt) {
      return "interrupt";
    } else if (output instanceof GroupOutput.Abandon) {
      return "abandon";
    } else if (output instanceof GroupOutput.Stopped stopped) {
      return "stopped, epoch " + stopped.epoch();
    } else if (output instanceof GroupOutput.GiveUp giveUp) {
      return "give up" + (giveUp.reason().isEmpty() ? "" : ": " + giveUp.reason());
    } else if (output instanceof GroupOutput.Eligible eligible) {
      return eligible.eligible() ? "eligible" : "not eligible: " + eligible.reason();
    } else if (output instanceof GroupOutput.Told told) {
      String why = told.reason().isEmpty() ? "" : ": " + told.reason();
      return "tell " + name(told.resource()) + " " + told.happening() + "/" + told.failures() + why;
    } else if (output instanceof GroupOutput.Halt halt) {
      return "HALT: " + halt.reason();
    }
    throw new IllegalArgumentException(output.toString());
  }

  private String name(int resource) {
    return state == null ? "?" : state.settings().resources().get(resource);
  }
}
