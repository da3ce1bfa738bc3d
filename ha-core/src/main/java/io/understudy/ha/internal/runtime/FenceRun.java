package io.understudy.ha.internal.runtime;

import io.understudy.ha.FenceAttempt;
import io.understudy.ha.FencePlan;
import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.spi.FenceHook;
import io.understudy.ha.spi.FenceRequest;
import io.understudy.ha.spi.FenceResult;
import io.understudy.ha.spi.FenceResult.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a plan against one target. Two threads: this one decides what is called next and
 * watches the limit; another one, made for each attempt, runs the hook. So an interrupt that comes
 * late can only hit the attempt that it was meant for.
 */
final class FenceRun {
  private static final Logger LOG = LoggerFactory.getLogger(FenceRun.class);

  /** A hook that watches its limit by itself gets the chance to say what it knows. */
  private static final long PATIENCE_MILLIS = 1_000;

  private static final long GRACE_MILLIS = 5_000;

  private final FencePlan plan;
  private final FenceRequest request;
  private final MemberId target;
  private final Supplier<String> objection;
  private final Reports reports;
  private final boolean single;
  private final List<String> failures = new ArrayList<>();
  private boolean unknown;
  private boolean called;

  /**
   * Who is told what happens.
   *
   * @param self this member, for the log
   * @param events gets what people should know
   * @param history gets every attempt
   */
  record Reports(MemberId self, Consumer<HaEvent> events, Consumer<FenceAttempt> history) {}

  /**
   * What a plan came to.
   *
   * @param scope what a confirmation means; {@code RESOURCE} if there is none
   * @param startedNanos before the first hook of the level that confirmed was called. Earlier than
   *     need be: what began meanwhile may have been ended by a later hook, and counts as alive
   * @param result the answer
   * @param called whether any hook was called
   */
  record Conclusion(FenceHook.Scope scope, long startedNanos, FenceResult result, boolean called) {}

  /**
   * Makes it.
   *
   * @param plan what to call
   * @param request whom to fence
   * @param objection why no further hook must be called; empty if one may. Asked before each call
   * @param reports is told
   */
  FenceRun(FencePlan plan, FenceRequest request, Supplier<String> objection, Reports reports) {
    this.plan = plan;
    this.request = request;
    this.target = MemberId.of(request.target());
    this.objection = objection;
    this.reports = reports;
    this.single = plan.levels().size() == 1 && plan.levels().get(0).calls().size() == 1;
  }

  String role() {
    return request.role();
  }

  /** Runs the plan to its end. Throws nothing. */
  Conclusion run() {
    try {
      for (int i = 0; i < plan.levels().size(); i++) {
        FencePlan.Level level = plan.levels().get(i);
        FenceHook.Scope scope = level.scope();
        long startedNanos = System.nanoTime();
        List<String> details = new ArrayList<>();
        if (confirms(i + 1, level, details)) {
          String detail = String.join("; ", details);
          return new Conclusion(scope, startedNanos, FenceResult.confirmed(detail), true);
        }
      }
    } catch (CalledOff e) {
      openEnd((called ? "called off: " : "not called: ") + e.getMessage());
    } catch (InterruptedException e) {
      openEnd("interrupted: this member is closing");
    } catch (Throwable e) { // a scope is the application's code, too
      LOG.error("{} - the fence of {} failed", reports.self(), target, e);
      openEnd("failed: " + e);
    }
    String detail = String.join("; ", failures);
    FenceResult result = unknown ? FenceResult.unknown(detail) : FenceResult.failed(detail);
    return new Conclusion(FenceHook.Scope.RESOURCE, System.nanoTime(), result, called);
  }

  private void openEnd(String failure) {
    unknown = true;
    failures.add(failure);
  }

  private boolean confirms(int number, FencePlan.Level level, List<String> details)
      throws InterruptedException, CalledOff {
    for (FencePlan.Call call : level.calls()) {
      FenceResult result = insist(number, call);
      String detail =
          single
              ? result.detail()
              : "level " + number + ", " + call.name() + ": " + result.detail();
      if (result.outcome() != Outcome.CONFIRMED) {
        unknown |= result.outcome() == Outcome.UNKNOWN;
        failures.add(detail);
        return false;
      }
      details.add(detail);
    }
    return true;
  }

  private FenceResult insist(int level, FencePlan.Call call)
      throws InterruptedException, CalledOff {
    FenceResult result = FenceResult.failed("never called");
    for (int attempt = 1; attempt <= call.attempts(); attempt++) {
      if (attempt > 1) {
        TimeUnit.MILLISECONDS.sleep(call.pause().toMillis());
      }
      String no = objection.get();
      if (!no.isEmpty()) {
        throw new CalledOff(no);
      }
      result = attempt(new Attempt(level, call, attempt));
      if (result.outcome() == Outcome.CONFIRMED) {
        return result;
      }
      unknown |= result.outcome() == Outcome.UNKNOWN;
    }
    return result;
  }

  private FenceResult attempt(Attempt attempt) throws InterruptedException {
    called = true;
    FencePlan.Call call = attempt.call;
    LOG.warn(
        "{} - fences {} with {}, level {}, attempt {} of {}: {}",
        reports.self(),
        target,
        call.name(),
        attempt.level,
        attempt.number,
        call.attempts(),
        request.reason());
    reports
        .events()
        .accept(
            new HaEvent.FenceStarted(
                attempt.time, role(), target, attempt.level, call.name(), request.reason()));
    Thread caller = Threads.ordinary(attempt, "ha-fence-" + target);
    try {
      caller.start();
    } catch (OutOfMemoryError e) {
      return tell(attempt, FenceResult.failed("no thread to call it: " + e));
    }
    try {
      watch(caller, attempt);
    } catch (InterruptedException e) {
      caller.interrupt();
      tell(attempt, FenceResult.unknown("interrupted: this member is closing"));
      throw e;
    }
    return tell(attempt, attempt.result);
  }

  private void watch(Thread caller, Attempt attempt) throws InterruptedException {
    long limitMillis = attempt.call.limit().toMillis();
    caller.join(limitMillis + PATIENCE_MILLIS);
    if (caller.isAlive()) {
      caller.interrupt();
      caller.join(GRACE_MILLIS);
    }
    if (caller.isAlive()) {
      FenceResult stuck =
          FenceResult.unknown(
              "the hook has not returned, though its limit was "
                  + limitMillis
                  + " ms and it was interrupted; nothing else is called for "
                  + target
                  + " before it returns");
      tell(attempt, stuck);
      caller.join();
    }
  }

  private FenceResult tell(Attempt attempt, FenceResult result) {
    Duration took = Duration.ofNanos(System.nanoTime() - attempt.beganNanos);
    LOG.warn(
        "{} - fence of {} with {} {} after {} ms: {}",
        reports.self(),
        target,
        attempt.call.name(),
        result.outcome(),
        took.toMillis(),
        result.detail());
    FenceAttempt report =
        new FenceAttempt(
            attempt.time,
            role(),
            target,
            attempt.level,
            attempt.call.name(),
            attempt.number,
            result,
            took);
    reports.history().accept(report);
    reports.events().accept(new HaEvent.FenceEnded(Instant.now(), report));
    return result;
  }

  /** One call of a hook, on its own thread. */
  private final class Attempt implements Runnable {
    private final int level;
    private final FencePlan.Call call;
    private final int number;
    private final Instant time = Instant.now();
    private final long beganNanos = System.nanoTime();

    /** Read after the thread has ended. */
    private FenceResult result = FenceResult.unknown("the hook's thread died");

    Attempt(int level, FencePlan.Call call, int number) {
      this.level = level;
      this.call = call;
      this.number = number;
    }

    @Override
    public void run() {
      try {
        FenceResult answered = call.hook().fence(request, call.limit());
        result = Objects.requireNonNull(answered, "the hook returned null");
      } catch (InterruptedException e) {
        result = FenceResult.unknown("interrupted after " + millis() + " ms");
      } catch (Throwable e) { // whatever the hook does, the election must hear of it
        LOG.warn("{} - the fence hook {} failed", reports.self(), call.name(), e);
        result = FenceResult.unknown("the hook failed after " + millis() + " ms: " + e);
      }
    }

    private long millis() {
      return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
    }
  }

  /** No further hook must be called. */
  private static final class CalledOff extends Exception {
    private static final long serialVersionUID = 1L;

    CalledOff(String reason) {
      super(reason);
    }
  }
}
