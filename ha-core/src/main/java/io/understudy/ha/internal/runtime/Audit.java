package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaEvent;
import io.understudy.ha.HaEvent.Operation.Stage;
import io.understudy.ha.MemberId;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of each operation who asked for it, and what came of it. Threadsafe. */
final class Audit {
  /** Who asks when the application calls the node itself. */
  static final String APPLICATION = "the application";

  private static final Logger LOG = LoggerFactory.getLogger(Audit.class);

  private final MemberId self;
  private final EventBus events;

  Audit(MemberId self, EventBus events) {
    this.self = self;
    this.events = events;
  }

  /**
   * Does it.
   *
   * @param what the operation and what it is done to, for people
   * @param by who asks
   * @param work begins it; what it throws fails the stage
   */
  <T> CompletionStage<T> does(String what, String by, Supplier<CompletionStage<T>> work) {
    tell(what, by, Stage.ASKED, "");
    CompletionStage<T> begun;
    try {
      begun = work.get();
    } catch (RuntimeException e) {
      begun = CompletableFuture.failedFuture(e);
    }
    return begun.whenComplete(
        (done, failure) ->
            tell(
                what,
                by,
                failure == null ? Stage.DONE : Stage.REFUSED,
                failure == null ? "" : reasonOf(failure)));
  }

  /** What people are told of a failure. */
  static String reasonOf(Throwable failure) {
    Throwable cause = causeOf(failure);
    @Nullable String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }

  /** What failed, without what futures wrap around it. */
  static Throwable causeOf(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private void tell(String what, String by, Stage stage, String detail) {
    LOG.info(
        "{} - {}, asked for by {}{}",
        self,
        what,
        by,
        stage == Stage.ASKED
            ? ""
            : ": " + stage.label() + (detail.isEmpty() ? "" : ", because " + detail));
    events.publish(new HaEvent.Operation(Instant.now(), what, by, stage, detail));
  }
}
