package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.spi.FenceHook;
import io.understudy.ha.spi.FenceRequest;
import io.understudy.ha.spi.FenceResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the fence hook: on a thread of its own, for one target once at a time, and only for a life
 * of this member that goes on. Two threads for a call: one runs the hook, the other interrupts it
 * at its limit, and says so if that does not help.
 */
final class Fencer {
  private static final Logger LOG = LoggerFactory.getLogger(Fencer.class);
  private static final long GRACE_MILLIS = 5_000;

  private final HaConfig config;
  private final HaConfig.@Nullable Fence fence;
  private final Predicate<Life> goesOn;
  private final Consumer<HaEvent> events;
  private final Consumer<Answer> answers;
  private final Set<MemberId> running = ConcurrentHashMap.newKeySet();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  /**
   * What a hook answered.
   *
   * @param by the life that asked
   * @param input for its machines
   */
  record Answer(Life by, Input.FenceAnswered input) {}

  /**
   * Makes it; nothing runs yet.
   *
   * @param config names the hook, if there is one
   * @param goesOn whether a life of this member goes on; called by any thread
   * @param events gets what people should know
   * @param answers gets what the hook answered, on the hook's thread
   */
  Fencer(
      HaConfig config, Predicate<Life> goesOn, Consumer<HaEvent> events, Consumer<Answer> answers) {
    this.config = config;
    this.fence = config.fence();
    this.goesOn = goesOn;
    this.events = events;
    this.answers = answers;
  }

  /** Whether a machine may ask this. */
  static boolean endsProcesses(HaConfig config) {
    HaConfig.Fence fence = config.fence();
    return fence != null && fence.hook().scope() == FenceHook.Scope.PROCESS;
  }

  /** Has a life fenced, unless that is under way. Election thread. */
  void ask(Life by, String role, Output.Fence wanted) {
    HaConfig.Fence configured = fence;
    if (configured == null || !running.add(wanted.target().member())) {
      return;
    }
    long startedNanos = System.nanoTime();
    FenceRequest request =
        new FenceRequest(
            config.cluster(),
            role,
            wanted.target().member().value(),
            Long.toHexString(wanted.target().incarnation()),
            config.member().value(),
            wanted.epoch(),
            wanted.reason());
    Thread caller =
        Threads.ordinary(
            () -> {
              FenceResult result =
                  goesOn.test(by)
                      ? call(configured, request)
                      : FenceResult.unknown("not called: the life that asked has ended");
              Input.FenceAnswered input =
                  new Input.FenceAnswered(
                      wanted.target(), startedNanos, configured.hook().scope(), result);
              running.remove(wanted.target().member());
              answers.accept(new Answer(by, input));
            },
            "ha-fence-" + request.target());
    Thread watcher =
        Threads.ordinary(() -> watch(caller, configured, request), caller.getName() + "-limit");
    threads.add(caller);
    try {
      caller.start();
      watcher.start();
    } catch (OutOfMemoryError e) { // no thread to be had: asked again later
      LOG.error("{} - cannot call the fence hook for {}: {}", config.member(), request.target(), e);
      threads.remove(caller);
      if (!caller.isAlive()) {
        running.remove(wanted.target().member());
      }
    }
  }

  private FenceResult call(HaConfig.Fence configured, FenceRequest request) {
    LOG.warn("{} - fences {}: {}", config.member(), request.target(), request.reason());
    MemberId target = MemberId.of(request.target());
    events.accept(
        new HaEvent.FenceStarted(Instant.now(), request.role(), target, request.reason()));
    long began = System.nanoTime();
    FenceResult result;
    try {
      FenceResult answered = configured.hook().fence(request, configured.limit());
      result = Objects.requireNonNull(answered, "the hook returned null");
    } catch (InterruptedException e) {
      result = FenceResult.unknown("interrupted after " + millisSince(began) + " ms");
    } catch (Throwable e) { // whatever the hook does, the election must hear of it
      LOG.warn("{} - the fence hook failed", config.member(), e);
      result = FenceResult.unknown("the hook failed after " + millisSince(began) + " ms: " + e);
    }
    tell(target, request.role(), result, millisSince(began));
    return result;
  }

  private void tell(MemberId target, String role, FenceResult result, long tookMillis) {
    LOG.warn(
        "{} - fence of {} {} after {} ms: {}",
        config.member(),
        target,
        result.outcome(),
        tookMillis,
        result.detail());
    events.accept(new HaEvent.FenceEnded(Instant.now(), role, target, result));
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  private void watch(Thread caller, HaConfig.Fence configured, FenceRequest request) {
    Duration limit = configured.limit();
    try {
      // A hook that watches its limit by itself gets the chance to say what it knows.
      caller.join(limit.toMillis() + GRACE_MILLIS / 5);
      if (caller.isAlive()) {
        caller.interrupt();
        caller.join(GRACE_MILLIS);
      }
      if (caller.isAlive()) {
        tell(
            MemberId.of(request.target()),
            request.role(),
            FenceResult.unknown(
                "the hook has not returned, though its limit was "
                    + limit.toMillis()
                    + " ms and it was interrupted; it is not called again before it returns"),
            limit.toMillis() + GRACE_MILLIS);
        caller.join();
      }
    } catch (InterruptedException e) {
      caller.interrupt();
    } finally {
      threads.remove(caller);
    }
  }

  /** Interrupts what is under way: what it comes to, nobody here will act on. */
  void close() {
    threads.forEach(Thread::interrupt);
  }
}
