package io.understudy.ha.spi;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fences a member by an HTTP request: to its management controller, a hypervisor or a cloud. Then
 * it may ask by a second one whether the target is off. Immutable and threadsafe.
 *
 * <pre>{@code
 * HttpFenceHook.post("https://{bmc}/redfish/v1/Systems/1/Actions/ComputerSystem.Reset")
 *     .valueFor("n1", "bmc", "10.0.9.1").valueFor("n2", "bmc", "10.0.9.2")
 *     .header("Authorization", "Basic " + credentials)
 *     .body("application/json", "{\"ResetType\":\"ForceOff\"}")
 *     .verifiedBy("https://{bmc}/redfish/v1/Systems/1", "\"PowerState\":\\s*\"Off\"")
 *     .confirms(FenceHook.Scope.MACHINE)
 *     .build()
 * }</pre>
 *
 * <p>In URLs and body {@code {target}}, {@code {incarnation}}, {@code {cluster}}, {@code {role}},
 * {@code {epoch}}, {@code {requester}} and the names given with {@code value} and {@code valueFor}
 * stand for values. Other words in braces stay in a body, and keep a URL from being called.
 *
 * <p>What counts:
 *
 * <ul>
 *   <li>with {@code verifiedBy}: the second answer alone. It is asked for every half a second until
 *       the limit, whatever came of the first request, which has half of the limit: a machine that
 *       is off already may refuse it;
 *   <li>otherwise: an expected status of the first answer;
 *   <li>either confirms only after {@code confirms}; before, it is unknown;
 *   <li>no connection, or a status from 400 to 499: failed; anything else: unknown.
 * </ul>
 *
 * <p>Redirects are not followed and no proxy is used: who answers is who was asked. The values of
 * headers, and those whose names contain {@code pass}, {@code secret} or {@code token}, are blotted
 * out of what is told; of a URL nothing after its path is told.
 */
public final class HttpFenceHook implements FenceHook {
  static final Pattern PLACEHOLDER = Pattern.compile("\\{([A-Za-z0-9_-]+)\\}");

  private static final long POLL_MILLIS = 500;
  private static final int MAX_TOLD = 200;
  private static final Duration MAX_CONNECT = Duration.ofMinutes(1);

  private final String method;
  private final String url;
  private final String body;
  private final @Nullable String verifyUrl;
  private final @Nullable Pattern verifyBody;
  private final Set<Integer> expected;
  private final Map<String, String> headers;
  private final Map<String, String> values;
  private final Map<String, Map<String, String>> valuesFor;
  private final String name;
  private final @Nullable Scope confirms;
  private final HttpClient client;

  HttpFenceHook(HttpFenceHookBuilder builder) {
    this.method = builder.method;
    this.url = builder.url;
    this.body = builder.body;
    this.verifyUrl = builder.verifyUrl;
    this.verifyBody = builder.verifyBody;
    this.expected = Set.copyOf(builder.expected);
    this.headers = new TreeMap<>(builder.headers);
    this.values = new TreeMap<>(builder.values);
    this.valuesFor = new TreeMap<>();
    builder.valuesFor.forEach((target, its) -> valuesFor.put(target, new TreeMap<>(its)));
    this.name = builder.name.isBlank() ? hostOf(url) : builder.name;
    this.confirms = builder.confirms;
    HttpClient.Builder making =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(MAX_CONNECT);
    this.client = builder.tls == null ? making.build() : making.sslContext(builder.tls).build();
  }

  /**
   * Begins a hook that sends a POST request.
   *
   * @param url where, with placeholders
   * @return its configuration
   */
  public static HttpFenceHookBuilder post(String url) {
    return new HttpFenceHookBuilder("POST", url);
  }

  /**
   * Begins a hook that sends a PUT request.
   *
   * @param url where, with placeholders
   * @return its configuration
   */
  public static HttpFenceHookBuilder put(String url) {
    return new HttpFenceHookBuilder("PUT", url);
  }

  private static String hostOf(String template) {
    return template.replaceFirst("^[a-z]+://", "").replaceFirst("[/?#].*$", "");
  }

  @Override
  public String name() {
    return name;
  }

  /** {@code RESOURCE} if nothing was said: it confirms nothing then. */
  @Override
  public Scope scope() {
    return confirms == null ? Scope.RESOURCE : confirms;
  }

  @Override
  public FenceResult fence(FenceRequest request, Duration limit) throws InterruptedException {
    return new Talk(request, System.nanoTime() + limit.toNanos()).fence(limit);
  }

  /** Names what is asked, without values. */
  @Override
  public String toString() {
    return "HttpFenceHook[" + name + ", " + scope() + "]";
  }

  /** What is known of a request that was sent, or could not be. */
  private record Said(FenceResult.Outcome outcome, String text) {}

  /** The requests of one call, all within its limit. */
  private final class Talk {
    private final FenceRequest request;
    private final long deadlineNanos;
    private final Map<String, String> known;

    Talk(FenceRequest request, long deadlineNanos) {
      this.request = request;
      this.deadlineNanos = deadlineNanos;
      this.known = new TreeMap<>(values);
      known.putAll(valuesFor.getOrDefault(request.target(), Map.of()));
      known.put("target", request.target());
      known.put("incarnation", request.targetIncarnation());
      known.put("cluster", request.cluster());
      known.put("role", request.role());
      known.put("epoch", Long.toString(request.epoch()));
      known.put("requester", request.requester());
    }

    private Duration left() {
      return Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()));
    }

    FenceResult fence(Duration limit) throws InterruptedException {
      List<String> missing = missing();
      if (!missing.isEmpty()) {
        return FenceResult.failed(
            name + " was not asked: " + request.target() + " has no value for " + missing);
      }
      boolean verifies = verifyUrl != null;
      Said first = first(verifies ? limit.dividedBy(2) : limit);
      Said said = verifies ? verified(first) : first;
      boolean isOff = said.outcome() == FenceResult.Outcome.CONFIRMED;
      return isOff && confirms == null
          ? FenceResult.unknown(said.text() + "; it is not configured that this confirms anything")
          : new FenceResult(said.outcome(), said.text());
    }

    /** Placeholders that others have, or that a URL needs. */
    private List<String> missing() {
      Set<String> needed = new java.util.TreeSet<>();
      valuesFor.values().forEach(its -> needed.addAll(its.keySet()));
      for (String template : verifyUrl == null ? List.of(url) : List.of(url, verifyUrl)) {
        PLACEHOLDER.matcher(template).results().forEach(found -> needed.add(found.group(1)));
      }
      needed.removeAll(known.keySet());
      return new ArrayList<>(needed);
    }

    private Said first(Duration limit) throws InterruptedException {
      URI uri = uri(url);
      String what = method + " " + told(uri);
      try {
        HttpResponse<String> answer =
            send(uri, method, fill(body, value -> value), shorter(limit, left()));
        boolean obeyed = expected.contains(answer.statusCode());
        boolean refused = answer.statusCode() / 100 == 4;
        return new Said(
            obeyed
                ? FenceResult.Outcome.CONFIRMED
                : refused ? FenceResult.Outcome.FAILED : FenceResult.Outcome.UNKNOWN,
            what + describe(answer));
      } catch (ConnectException | HttpConnectTimeoutException e) {
        return new Said(FenceResult.Outcome.FAILED, what + ": no connection, " + hide(e));
      } catch (IOException e) {
        return new Said(FenceResult.Outcome.UNKNOWN, what + ": " + hide(e));
      }
    }

    private static Duration shorter(Duration one, Duration other) {
      return one.compareTo(other) < 0 ? one : other;
    }

    private Said verified(Said first) throws InterruptedException {
      URI uri = uri(java.util.Objects.requireNonNull(verifyUrl));
      Pattern off = java.util.Objects.requireNonNull(verifyBody);
      while (true) {
        String seen;
        try {
          HttpResponse<String> answer = send(uri, "GET", "", left());
          if (answer.statusCode() == 200 && off.matcher(answer.body()).find()) {
            return new Said(
                FenceResult.Outcome.CONFIRMED, first.text() + "; GET " + told(uri) + " says off");
          }
          seen = describe(answer);
        } catch (IOException e) {
          seen = ": " + hide(e);
        }
        if (left().toMillis() <= POLL_MILLIS) {
          boolean refused = first.outcome() == FenceResult.Outcome.FAILED;
          return new Said(
              refused ? FenceResult.Outcome.FAILED : FenceResult.Outcome.UNKNOWN,
              first.text() + "; GET " + told(uri) + seen);
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    }

    private HttpResponse<String> send(URI uri, String verb, String content, Duration limit)
        throws IOException, InterruptedException {
      HttpRequest.Builder builder =
          HttpRequest.newBuilder(uri)
              .timeout(limit)
              .method(
                  verb,
                  content.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(content));
      headers.forEach(builder::header);
      return HttpExchange.send(client, builder.build(), limit);
    }

    private URI uri(String template) {
      return URI.create(
          fill(
              template,
              value -> URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20")));
    }

    private String fill(String template, UnaryOperator<String> encoded) {
      return PLACEHOLDER
          .matcher(template)
          .replaceAll(
              found -> {
                String value = known.get(found.group(1));
                return Matcher.quoteReplacement(
                    value == null ? found.group() : encoded.apply(value));
              });
    }

    private String describe(HttpResponse<String> answer) {
      String text = answer.body().strip().replaceAll("\\s+", " ");
      String start = text.substring(0, Math.min(text.length(), MAX_TOLD));
      return " answered " + answer.statusCode() + (start.isEmpty() ? "" : ", " + hide(start));
    }

    private String told(URI uri) {
      return hide(uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath());
    }

    private String hide(Exception failure) {
      String message = failure.getMessage();
      return hide(message == null ? failure.getClass().getSimpleName() : message);
    }

    private String hide(String text) {
      List<String> secrets = new ArrayList<>();
      headers.forEach(
          (header, value) -> {
            if (!header.equals("Content-Type")) {
              secrets.add(value);
              secrets.add(value.substring(value.indexOf(' ') + 1)); // after Basic or Bearer
            }
          });
      known.forEach(
          (key, value) -> {
            if (Secrets.isSecret(key)) {
              secrets.add(value);
            }
          });
      return Secrets.hide(text, secrets);
    }
  }
}
