package io.understudy.ha.spi;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Configures an {@link HttpFenceHook}. Not threadsafe. */
public final class HttpFenceHookBuilder {
  final String method;
  final String url;
  final Map<String, String> headers = new TreeMap<>();
  final Map<String, String> values = new TreeMap<>();
  final Map<String, Map<String, String>> valuesFor = new TreeMap<>();
  final Set<Integer> expected = new TreeSet<>(Set.of(200, 201, 202, 204));
  String name = "";
  String body = "";
  @Nullable String verifyUrl;
  @Nullable Pattern verifyBody;
  @Nullable SSLContext tls;
  FenceHook.@Nullable Scope confirms;
  private boolean plain;

  HttpFenceHookBuilder(String method, String url) {
    this.method = method;
    this.url = url;
  }

  /**
   * What events, history and status call it; default: the host in its URL.
   *
   * @param text the name
   * @return this
   */
  public HttpFenceHookBuilder named(String text) {
    this.name = text;
    return this;
  }

  /**
   * Adds a header to all requests, for example for authentication.
   *
   * @param header its name
   * @param value its value; told to nobody
   * @return this
   * @throws IllegalArgumentException if HTTP or the JDK's client does not allow such a header
   */
  public HttpFenceHookBuilder header(String header, String value) {
    HttpRequest.newBuilder(URI.create("https://localhost")).header(header, value);
    headers.put(header, value);
    return this;
  }

  /**
   * Gives a placeholder a value for all targets.
   *
   * @param placeholder its name, without braces
   * @param value put into URLs percent-encoded, into the body as it is
   * @return this
   */
  public HttpFenceHookBuilder value(String placeholder, String value) {
    values.put(placeholder, value);
    return this;
  }

  /**
   * Gives a placeholder a value for one target; it overrides one for all. A target that has
   * neither, while another one has it, is not fenced.
   *
   * @param target the member to be fenced
   * @param placeholder its name, without braces
   * @param value put into URLs percent-encoded, into the body as it is
   * @return this
   */
  public HttpFenceHookBuilder valueFor(String target, String placeholder, String value) {
    valuesFor.computeIfAbsent(target, any -> new TreeMap<>()).put(placeholder, value);
    return this;
  }

  /**
   * What the first request carries; default nothing.
   *
   * @param contentType for example {@code application/json}
   * @param text the body, with placeholders
   * @return this
   */
  public HttpFenceHookBuilder body(String contentType, String text) {
    this.body = text;
    return header("Content-Type", contentType);
  }

  /**
   * Which statuses say that the first request was obeyed; default 200, 201, 202 and 204. 202 means
   * that it may not be done yet: verify.
   *
   * @param statuses the statuses
   * @return this
   */
  public HttpFenceHookBuilder expecting(Integer... statuses) {
    expected.clear();
    expected.addAll(Arrays.asList(statuses));
    return this;
  }

  /**
   * Asks by GET whether the target is off: the answer has status 200 and a body with this in it.
   *
   * @param statusUrl where, with placeholders
   * @param pattern a regular expression that is found in the body only if the target is off
   * @return this
   * @throws java.util.regex.PatternSyntaxException if it is no regular expression
   */
  public HttpFenceHookBuilder verifiedBy(String statusUrl, String pattern) {
    this.verifyUrl = statusUrl;
    this.verifyBody = Pattern.compile(pattern);
    return this;
  }

  /**
   * What success means. Without this it means nothing: every answer is unknown. Read {@link
   * FenceHook.Scope} first.
   *
   * @param scope what it means: {@code MACHINE} for a controller that switches power, or for a
   *     hypervisor or cloud that stops the whole virtual machine
   * @return this
   */
  public HttpFenceHookBuilder confirms(FenceHook.Scope scope) {
    this.confirms = scope;
    return this;
  }

  /**
   * Whom to trust, and who this is; default: the JVM's own. Management controllers often have
   * certificates of their own making: trust those, and nothing else.
   *
   * @param context makes the connections
   * @return this
   */
  public HttpFenceHookBuilder tls(SSLContext context) {
    this.tls = context;
    return this;
  }

  /**
   * Allows {@code http:} to other hosts than this one. Whoever is on the path reads the password
   * and can answer in the target's place.
   *
   * @return this
   */
  public HttpFenceHookBuilder withoutTls() {
    this.plain = true;
    return this;
  }

  /**
   * Makes the hook.
   *
   * @return the hook
   * @throws IllegalArgumentException if a URL is none, has a user or password in it, or is not
   *     {@code https:}, but for the loopback address or after {@link #withoutTls}
   */
  public HttpFenceHook build() {
    check(url);
    if (verifyUrl != null) {
      check(verifyUrl);
    }
    return new HttpFenceHook(this);
  }

  private void check(String template) {
    String sample = HttpFenceHook.PLACEHOLDER.matcher(template).replaceAll("x");
    URI uri = URI.create(sample);
    String scheme = String.valueOf(uri.getScheme());
    if (uri.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
      throw new IllegalArgumentException(
          "fence URL '" + template + "': an https: URL with a host is wanted");
    }
    if (uri.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "fence URL of host " + uri.getHost() + " has a user in it; use a header");
    }
    if (scheme.equals("http") && !plain && !isLoopback(uri.getHost())) {
      throw new IllegalArgumentException(
          "fence URL '"
              + template
              + "' is not encrypted: use https:, or say withoutTls() if the network is trusted");
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return host.equals("localhost")
          || (host.matches("\\[?[0-9a-fA-F.:]+]?")
              && InetAddress.getByName(host).isLoopbackAddress());
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
