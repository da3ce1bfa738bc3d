package io.understudy.samples.node;

import io.understudy.ha.HaEvent;
import io.understudy.ha.HaNode;
import io.understudy.ha.HaNodeBuilder;
import io.understudy.ha.HaNodeJmx;
import io.understudy.ha.Role;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Secret;
import io.understudy.ha.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A running node and what serves it: printed events, claims, HTTP, JMX, a feature. */
final class NodeProgram implements AutoCloseable {
  private static final long LAST_EVENTS_MILLIS = 500;
  private static final long QUIET_START_SECONDS = 8;

  private final Arguments arguments;
  private final JsonLines lines;
  private final HeldLog log;
  private final Feature feature;
  private final Optional<ClaimsWriter> claims;
  private final Optional<HttpApi> http;
  private final CompletableFuture<String> refusal = new CompletableFuture<>();
  private final CountDownLatch lastEvent = new CountDownLatch(1);
  private final HaNode node;
  private final Subscription jmx;

  /**
   * Starts. Takes port and file first, so that a member that cannot run as called never joins.
   *
   * @throws ArgumentException if port or file cannot be had
   * @throws io.understudy.ha.HaConfigurationException if the library refuses to start
   */
  NodeProgram(Arguments arguments, JsonLines lines, HeldLog log, Feature feature)
      throws ArgumentException {
    this.arguments = arguments;
    this.lines = lines;
    this.log = log;
    this.feature = feature;
    this.claims =
        arguments.claims().isPresent()
            ? Optional.of(ClaimsWriter.open(arguments.claims().get(), arguments.name()))
            : Optional.empty();
    this.http =
        arguments.http().isPresent()
            ? Optional.of(HttpApi.bind(arguments.http().get()))
            : Optional.empty();
    EventPrinter printer = new EventPrinter(lines);
    HaNodeBuilder builder = HaNode.builder().secret(Secret.ofFile(arguments.secretFile()));
    arguments.applyTo(builder);
    this.node = builder.listener(printer).listener(this::watch).start();
    this.jmx = HaNodeJmx.register(node);
  }

  private void watch(HaEvent event) {
    if (event instanceof HaEvent.Refused refused) {
      refusal.complete(refused.reason());
    } else if (event instanceof HaEvent.Stopped) {
      lastEvent.countDown();
    } else if (event instanceof HaEvent.ViewChanged) {
      log.release(); // somebody accepted this member
    }
  }

  /** Serves until the cluster refuses this member, which may be never. Returns the reason. */
  String serve() throws ArgumentException, InterruptedException {
    List<Role> roles =
        arguments.roles().stream()
            .map(RoleSpec::name)
            .flatMap(name -> node.role(name).stream())
            .toList();
    claims.ifPresent(writer -> writer.start(roles));
    feature.start(node, lines);
    http.ifPresent(
        api -> {
          List<Endpoint> endpoints = new ArrayList<>(new Operations(node).endpoints());
          endpoints.addAll(feature.endpoints());
          api.serve(endpoints);
          lines.write("http", "address", api.address());
        });
    try {
      return refusal.get(QUIET_START_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      log.release();
      return refusal.join();
    } catch (ExecutionException e) {
      throw new IllegalStateException("nothing completes it so", e);
    }
  }

  /** Resigns, leaves and says so. */
  @Override
  public void close() {
    feature.close();
    jmx.close();
    node.close();
    try {
      // Events come on a thread of their own; "stopped" is the last line.
      boolean complete = lastEvent.await(LAST_EVENTS_MILLIS, TimeUnit.MILLISECONDS);
      lines.write("stopped", "eventsComplete", complete);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    claims.ifPresent(ClaimsWriter::close);
    http.ifPresent(HttpApi::close);
  }
}
