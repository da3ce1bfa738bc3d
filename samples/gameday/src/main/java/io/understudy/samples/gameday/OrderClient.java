package io.understudy.samples.gameday;

import io.understudy.samples.gameday.Attempt.Outcome;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A few customers that place orders all the time. Each stays with one application as long as that
 * answers, and tries the next one if it does not. An order whose outcome is unknown is not placed
 * again: that could store it twice.
 */
final class OrderClient implements AutoCloseable {
  private static final int CUSTOMERS = 4;
  private static final long PAUSE_MILLIS = 20;
  private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(250);
  private static final Duration ANSWER_TIMEOUT = Duration.ofMillis(500);
  private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");
  private static final int CREATED = 201;
  private static final int UNAVAILABLE = 503;

  private final List<AppProcess> apps;
  private final Consumer<Attempt> book;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();
  private final ScheduledExecutorService customers = Executors.newScheduledThreadPool(CUSTOMERS);

  /**
   * Makes a client that {@link #start} sets to work.
   *
   * @param apps whom to ask
   * @param book is told of every request
   */
  OrderClient(List<AppProcess> apps, Consumer<Attempt> book) {
    this.apps = List.copyOf(apps);
    this.book = book;
  }

  void start() {
    for (int number = 0; number < CUSTOMERS; number++) {
      Customer customer = new Customer(number % apps.size());
      var unused =
          customers.scheduleWithFixedDelay(
              customer::placeOrder, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    customers.shutdownNow();
    try {
      boolean unused = customers.awaitTermination(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Used by one thread at a time. */
  private final class Customer {
    private int current;

    Customer(int first) {
      this.current = first;
    }

    void placeOrder() {
      String reference = UUID.randomUUID().toString();
      for (int tries = 0; tries < apps.size(); tries++) {
        Attempt attempt;
        try {
          attempt = ask(apps.get(current), reference);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt(); // close() did it
          return;
        }
        book.accept(attempt);
        if (attempt.isAcknowledged()) {
          return;
        }
        current = (current + 1) % apps.size();
        if (!attempt.outcome().mayRepeat()) {
          return;
        }
      }
    }
  }

  private Attempt ask(AppProcess app, String reference) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(app.url() + "/orders"))
            .timeout(ANSWER_TIMEOUT)
            .POST(BodyPublishers.ofString(reference))
            .build();
    Outcome outcome;
    long id = 0;
    try {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
      Matcher matcher = ID.matcher(response.body());
      if (response.statusCode() == CREATED && matcher.find()) {
        outcome = Outcome.ACKNOWLEDGED;
        id = Long.parseLong(matcher.group(1));
      } else {
        outcome = response.statusCode() == UNAVAILABLE ? Outcome.UNAVAILABLE : Outcome.UNKNOWN;
      }
    } catch (ConnectException | HttpConnectTimeoutException e) {
      outcome = Outcome.NOT_CONNECTED;
    } catch (IOException e) {
      outcome = Outcome.UNKNOWN;
    }
    return new Attempt(reference, app.name(), outcome, id, System.nanoTime());
  }
}
