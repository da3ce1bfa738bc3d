package io.understudy.ha.spi;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Request and answer, body included, within a limit: the client's own time-out ends with the
 * answer's headers. Of an endless body only the beginning is read.
 */
final class HttpExchange {
  private static final int MAX_BODY = 65_536;

  private HttpExchange() {}

  /**
   * Sends a request.
   *
   * @throws HttpTimeoutException if the whole answer did not come in time
   * @throws IOException if there was no connection, or it broke
   */
  static HttpResponse<String> send(HttpClient client, HttpRequest request, Duration limit)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(request, head -> new Beginning());
    try {
      return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new HttpTimeoutException("no answer within " + limit.toMillis() + " ms");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IOException("failed: " + e.getCause(), e);
    } finally {
      answer.cancel(true);
    }
  }

  /** Collects the beginning of a body and leaves the rest. */
  private static final class Beginning implements BodySubscriber<String> {
    private final CompletableFuture<String> text = new CompletableFuture<>();
    private final StringBuilder read = new StringBuilder();
    private Flow.@org.jspecify.annotations.Nullable Subscription subscription;

    @Override
    public CompletionStage<String> getBody() {
      return text;
    }

    @Override
    public void onSubscribe(Flow.Subscription to) {
      subscription = to;
      to.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
      for (ByteBuffer part : parts) {
        read.append(StandardCharsets.UTF_8.decode(part));
      }
      if (read.length() > MAX_BODY && subscription != null) {
        subscription.cancel();
        onComplete();
      }
    }

    @Override
    public void onError(Throwable failure) {
      text.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      text.complete(read.substring(0, Math.min(read.length(), MAX_BODY)));
    }
  }
}
