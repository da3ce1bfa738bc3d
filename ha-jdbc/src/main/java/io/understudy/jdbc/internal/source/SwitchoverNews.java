package io.understudy.jdbc.internal.source;

import io.understudy.ha.MemberId;
import io.understudy.ha.Told;
import io.understudy.jdbc.HaDataSourceConfig;
import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.HaDataSourceEvent;
import io.understudy.jdbc.HaDataSourceEvent.SwitchoverChanged;
import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.SwitchoverResult.StepTime;
import io.understudy.jdbc.internal.routing.Word.Progress;
import io.understudy.jdbc.internal.routing.WordCodec;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The planned changes that other members direct, as they tell them. They tell where a change stands
 * and not each step, so several steps may come at once; each is an event all the same. Threadsafe.
 */
final class SwitchoverNews {
  private final MemberId self;
  private final List<String> masters;
  private final SwitchoverHistory history;
  private final Consumer<HaDataSourceEvent> events;
  private final Map<String, Optional<Progress>> known = new HashMap<>(); // guarded by this

  SwitchoverNews(
      HaDataSourceConfig config, SwitchoverHistory history, Consumer<HaDataSourceEvent> events) {
    this.self = config.node().member();
    this.masters = config.masters().stream().map(Master::name).toList();
    this.history = history;
    this.events = events;
  }

  /** Somebody may have told more. */
  synchronized void look(Map<MemberId, Told> told) {
    told.forEach(
        (member, word) -> {
          String name = member.value();
          if (!member.equals(self)) {
            heard(name, WordCodec.decode(word.bytes(), masters, name).progress());
          }
        });
  }

  private void heard(String member, Optional<Progress> now) {
    Optional<Progress> before = known.put(member, now);
    boolean old = before == null && now.filter(Progress::isEnded).isPresent();
    if (now.isEmpty() || now.equals(before) || old) {
      return; // what had ended before this JVM listened is no news
    }
    tell(before == null ? null : before.orElse(null), now.get());
    if (now.get().isEnded()) {
      history.add(now.get().result());
    }
  }

  private void tell(@Nullable Progress before, Progress now) {
    SwitchoverResult result = now.result();
    List<StepTime> steps = result.steps();
    int first = before != null && continues(before, now) ? before.result().steps().size() + 1 : 0;
    for (int count = first; count < steps.size(); count++) {
      events.accept(new SwitchoverChanged(Instant.now(), upTo(count, result)));
    }
    events.accept(new SwitchoverChanged(Instant.now(), result));
  }

  private static boolean continues(Progress before, Progress now) {
    List<StepTime> then = before.result().steps();
    List<StepTime> steps = now.result().steps();
    return !before.isEnded()
        && before.order() == now.order()
        && then.size() <= steps.size()
        && steps.subList(0, then.size()).equals(then);
  }

  private static SwitchoverResult upTo(int count, SwitchoverResult it) {
    return new SwitchoverResult(
        it.from(),
        it.to(),
        Outcome.UNDER_WAY,
        "",
        it.generation(),
        it.steps().subList(0, count),
        it.director());
  }

  /** The last planned change that a member directed, as far as it has told. */
  synchronized Optional<SwitchoverResult> of(Optional<MemberId> director) {
    return director
        .map(it -> known.getOrDefault(it.value(), Optional.empty()))
        .flatMap(it -> it.map(Progress::result));
  }
}
