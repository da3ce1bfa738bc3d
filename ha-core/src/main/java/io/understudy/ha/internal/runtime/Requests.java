package io.understudy.ha.internal.runtime;

import io.understudy.ha.LeaderInfo;
import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.Output.Outcome;
import io.understudy.ha.internal.runtime.Successions.Succession;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the application asked of a role's machine and waits for. Completed off the election thread,
 * because what depends on the answer is the application's code.
 */
final class Requests {
  private static final int PATIENCE_LEASES = 10;

  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, Asked> open = new ConcurrentHashMap<>();
  private final Map<Long, CompletableFuture<Void>> tasks = new ConcurrentHashMap<>();
  private final BiConsumer<String, Input> inputs;
  private final Consumer<Runnable> loop;
  private final Executor answers;
  private final Successions successions;
  private volatile boolean closed;

  /** A request that is not answered, and who waits for its successor if it is a hand-over. */
  private record Asked(CompletableFuture<Output.Answer> answer, @Nullable Succession succession) {}

  /**
   * Makes the book of requests.
   *
   * @param inputs puts an input of a role on the election thread
   * @param loop runs a task on the election thread
   * @param answers where futures are completed
   * @param leaseNanos the lease; ten of them are waited for a successor
   */
  Requests(
      BiConsumer<String, Input> inputs,
      Consumer<Runnable> loop,
      Executor answers,
      long leaseNanos) {
    this.inputs = inputs;
    this.loop = loop;
    this.successions = new Successions(answers, PATIENCE_LEASES * leaseNanos);
    this.answers = answers;
  }

  CompletableFuture<Output.Answer> write(String role, byte[] value) {
    return ask(role, null, number -> new Input.Write(number, value));
  }

  CompletableFuture<Void> resign(String role) {
    return ask(role, null, number -> new Input.Resign(number, null, RevokeReason.RESIGNED))
        .thenAccept(answer -> refuseUnlessDone(role, null, answer.outcome()));
  }

  /** Ends when the role has been given up; the succession, when it is known who leads then. */
  CompletableFuture<Void> handOver(Succession succession) {
    String role = succession.role();
    MemberId to = succession.successor();
    return ask(role, succession, n -> new Input.Resign(n, to, RevokeReason.HANDED_OVER))
        .thenAccept(answer -> refuseUnlessDone(role, to, answer.outcome()));
  }

  private static void refuseUnlessDone(String role, @Nullable MemberId successor, Outcome outcome) {
    switch (outcome) {
      case DONE -> {}
      case NOT_LEADER ->
          throw refused(
              OperationRefusedException.Cause.NOT_LEADER, "this member does not lead " + role);
      case UNKNOWN_MEMBER ->
          throw refused(
              OperationRefusedException.Cause.UNKNOWN_MEMBER,
              "no other member '" + successor + "' of the roster may lead " + role);
      case UNREACHABLE ->
          throw refused(
              OperationRefusedException.Cause.UNREACHABLE,
              successor + " has not acknowledged within the last lease; " + role + " stays here");
      case INELIGIBLE ->
          throw refused(
              OperationRefusedException.Cause.INELIGIBLE,
              successor
                  + " is on standby, does not run for "
                  + role
                  + " or still waits after its start; the role stays here");
    }
  }

  private static OperationRefusedException refused(
      OperationRefusedException.Cause cause, String message) {
    return new OperationRefusedException(cause, message);
  }

  private CompletableFuture<Output.Answer> ask(
      String role, @Nullable Succession succession, LongFunction<Input> request) {
    long number = numbers.incrementAndGet();
    CompletableFuture<Output.Answer> answer = new CompletableFuture<>();
    open.put(number, new Asked(answer, succession));
    if (closed) {
      fail();
    } else {
      inputs.accept(role, request.apply(number));
    }
    return answer;
  }

  /**
   * Does it on the election thread; what it throws there fails the future. A refusal is an answer;
   * anything else is a fault of the election, too.
   */
  CompletableFuture<Void> does(Runnable task) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    long number = numbers.incrementAndGet();
    tasks.put(number, done);
    loop.accept(
        () -> {
          try {
            task.run();
            done.completeAsync(() -> null, answers);
          } catch (OperationRefusedException e) {
            answers.execute(() -> done.completeExceptionally(e));
          } catch (RuntimeException | Error e) {
            answers.execute(() -> done.completeExceptionally(e));
            throw e;
          } finally {
            tasks.remove(number);
          }
        });
    if (closed) {
      fail();
    }
    return done;
  }

  void leaderSeen(String role, LeaderInfo info) {
    successions.leaderSeen(role, info);
  }

  /** Election thread: so a successor is waited for before any leader can be seen after this. */
  void answer(Output.Answer answer) {
    Asked asked = open.remove(answer.request());
    if (asked == null) {
      return;
    }
    if (asked.succession() != null && answer.outcome() == Outcome.DONE) {
      successions.accepted(asked.succession());
      if (closed) {
        fail();
      }
    }
    asked.answer().completeAsync(() -> answer, answers);
  }

  /** The life that was asked has ended and answers nothing more. */
  void abandon() {
    for (Long number : new ArrayList<>(open.keySet())) {
      answer(new Output.Answer(number, Outcome.NOT_LEADER, null));
    }
  }

  /** A life that has ended answers nothing more. */
  void failIfUnanswered(Input input, boolean inService) {
    if (inService) {
      return;
    }
    long number =
        input instanceof Input.Resign resign
            ? resign.request()
            : input instanceof Input.Write write ? write.request() : 0;
    answer(new Output.Answer(number, Outcome.NOT_LEADER, null));
  }

  Executor answers() {
    return answers;
  }

  void close() {
    closed = true;
    fail();
  }

  private void fail() {
    OperationRefusedException refusal =
        refused(OperationRefusedException.Cause.CLOSED, "the node is closed");
    for (Long number : new ArrayList<>(open.keySet())) {
      Asked asked = open.remove(number);
      if (asked != null) {
        asked.answer().completeExceptionally(refusal);
      }
    }
    successions.close(refusal);
    tasks.values().forEach(done -> done.completeExceptionally(refusal));
  }
}
