package io.understudy.ha.internal.runtime;

import io.understudy.ha.LeaderInfo;
import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.Output.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the application asked of a role's machine and waits for. Completed off the election thread,
 * because what depends on the answer is the application's code.
 */
final class Requests {
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, CompletableFuture<Output.Answer>> open = new ConcurrentHashMap<>();
  private final List<Awaited> awaited = new CopyOnWriteArrayList<>();
  private final Map<Long, CompletableFuture<Void>> tasks = new ConcurrentHashMap<>();
  private final BiConsumer<String, Input> inputs;
  private final Consumer<Runnable> loop;
  private final Executor answers;
  private volatile boolean closed;

  private record Awaited(String role, MemberId member, CompletableFuture<LeaderInfo> seen) {}

  /**
   * Makes the book of requests.
   *
   * @param inputs puts an input of a role on the election thread
   * @param loop runs a task on the election thread
   * @param answers where futures are completed
   */
  Requests(BiConsumer<String, Input> inputs, Consumer<Runnable> loop, Executor answers) {
    this.inputs = inputs;
    this.loop = loop;
    this.answers = answers;
  }

  CompletableFuture<Output.Answer> write(String role, byte[] value) {
    return ask(role, number -> new Input.Write(number, value));
  }

  CompletableFuture<Void> resign(String role, @Nullable MemberId successor, RevokeReason reason) {
    return ask(role, number -> new Input.Resign(number, successor, reason))
        .thenAccept(answer -> refuseUnlessDone(role, successor, answer.outcome()));
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
      String role, java.util.function.LongFunction<Input> request) {
    long number = numbers.incrementAndGet();
    CompletableFuture<Output.Answer> answer = new CompletableFuture<>();
    open.put(number, answer);
    if (closed) {
      fail();
    } else {
      inputs.accept(role, request.apply(number));
    }
    return answer;
  }

  /** Does it on the election thread; what it throws there fails the future. */
  CompletableFuture<Void> does(Runnable task) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    long number = numbers.incrementAndGet();
    tasks.put(number, done);
    loop.accept(
        () -> {
          try {
            task.run();
            done.completeAsync(() -> null, answers);
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

  CompletableFuture<LeaderInfo> awaitLeader(String role, MemberId member) {
    awaited.removeIf(entry -> entry.seen().isDone());
    CompletableFuture<LeaderInfo> seen = new CompletableFuture<>();
    awaited.add(new Awaited(role, member, seen));
    return seen;
  }

  void leaderSeen(String role, LeaderInfo info) {
    for (Awaited entry : awaited) {
      if (entry.role().equals(role) && entry.member().equals(info.member())) {
        entry.seen().completeAsync(() -> info, answers);
      }
    }
  }

  void answer(Output.Answer answer) {
    CompletableFuture<Output.Answer> asked = open.remove(answer.request());
    if (asked != null) {
      asked.completeAsync(() -> answer, answers);
    }
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
      CompletableFuture<Output.Answer> asked = open.remove(number);
      if (asked != null) {
        asked.completeExceptionally(refusal);
      }
    }
    awaited.forEach(entry -> entry.seen().completeExceptionally(refusal));
    tasks.values().forEach(done -> done.completeExceptionally(refusal));
  }
}
