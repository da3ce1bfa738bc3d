package io.understudy.samples.orders;

import io.understudy.jdbc.HaDataSource;
import io.understudy.jdbc.SwitchoverRefusedException;
import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.samples.node.Answer;
import io.understudy.samples.node.Endpoint;
import io.understudy.samples.node.Json;
import io.understudy.samples.node.Query;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the HTTP API can be asked of the data source. */
final class DatabaseApi {
  private static final int DONE = 200;
  private static final int REFUSED = 409;
  private static final int LATE = 504;
  private static final long LIMIT_SECONDS = 5;

  private final HaDataSource source;

  DatabaseApi(HaDataSource source) {
    this.source = source;
  }

  List<Endpoint> endpoints() {
    return List.of(
        new Endpoint(
            "GET", "/ha/db", (query, by) -> new Answer(DONE, DatabaseJson.status(source.status()))),
        new Endpoint("POST", "/ha/db/switch", (query, by) -> switchTo(query)));
  }

  private Answer switchTo(Query query) throws Answer.Refusal {
    String to = query.required("to");
    try {
      SwitchoverResult result =
          source.switchTo(to).toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
      return new Answer(code(result), DatabaseJson.result(result));
    } catch (TimeoutException e) {
      return Answer.of(
          LATE,
          "the change to %s was not done within %d s; it may yet be, see the status"
              .formatted(to, LIMIT_SECONDS));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SwitchoverRefusedException refused) {
        return refused(String.valueOf(refused.getMessage()));
      }
      throw new IllegalStateException("the change to " + to + " failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return refused("this member is closing");
    }
  }

  private static int code(SwitchoverResult result) {
    if (result.outcome() == Outcome.UNKNOWN) {
      return LATE;
    }
    return result.isSwitched() ? DONE : REFUSED;
  }

  private Answer refused(String why) {
    return new Answer(
        REFUSED, Json.object("message", why, "director", source.status().director().orElse(null)));
  }
}
