package io.understudy.ha.internal.jgroups;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jgroups.JChannel;
import org.jgroups.View;
import org.jspecify.annotations.Nullable;

/**
 * The JGroups channel of one life. It listens soon or not at all, joins the other members in the
 * background for as long as that takes, and closes in bounded time. Threadsafe.
 */
final class ClusterChannel {
  private static final Duration START_LIMIT = Duration.ofSeconds(20);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

  private final TransportConfig config;
  private final RateLimitedLog troubles;
  private final CompletableFuture<Void> listening = new CompletableFuture<>();
  private volatile boolean closing;
  private volatile @Nullable JChannel channel;

  ClusterChannel(TransportConfig config, RateLimitedLog troubles) {
    this.config = config;
    this.troubles = troubles;
  }

  /**
   * Builds the channel; nothing is bound yet.
   *
   * @throws IOException if that fails
   */
  void build(InetSocketAddress listen, SecureSocketFactory sockets, MemberLink link)
      throws IOException {
    try {
      channel = ChannelStack.build(config, listen, sockets, link);
    } catch (Exception e) {
      throw new IOException("the channel on " + config.bind() + " could not be built: " + e, e);
    }
  }

  /**
   * Begins to join, and waits until the port is bound: up to 20 seconds.
   *
   * @throws IOException if it cannot be bound; then the channel must be closed
   */
  void open() throws IOException {
    daemon(this::join, "understudy-join-" + config.self().member()).start();
    try {
      listening.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("could not listen on " + config.bind() + ": " + rootOf(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while binding to " + config.bind(), e);
    }
  }

  private static Throwable rootOf(Throwable failure) {
    Throwable root = failure;
    for (Throwable next = root.getCause(); next != null; next = next.getCause()) {
      root = next;
    }
    return root;
  }

  private void join() {
    JChannel joining = Objects.requireNonNull(channel);
    while (!closing && !joining.isConnected()) {
      try {
        joining.connect(config.cluster());
      } catch (Exception | LinkageError e) {
        if (closing || listening.completeExceptionally(e) || listening.isCompletedExceptionally()) {
          return;
        }
        troubles.warn(RateLimitedLog.Kind.FAILED, "the JGroups channel did not join: " + e);
        ChannelStack.pauseBeforeRetry();
      }
    }
  }

  /** The port is bound, and can be sent from. */
  void listens() {
    listening.complete(null);
  }

  boolean isListening() {
    return listening.isDone() && !listening.isCompletedExceptionally();
  }

  /** The present view, for people; empty while there is none. */
  String view() {
    JChannel joined = channel;
    View view = joined == null ? null : joined.getView();
    return view == null ? "" : view.toString();
  }

  /** Does not try to join again. */
  void giveUp() {
    closing = true;
  }

  /**
   * Leaves and closes. Takes up to two seconds; what is not done then goes on in the background.
   */
  void close() {
    giveUp();
    JChannel open = channel;
    if (open == null) {
      return;
    }
    ChannelStack.abortJoin(open);
    Thread closer = daemon(open::close, "understudy-close-" + config.self().member());
    closer.start();
    try {
      closer.join(CLOSE_LIMIT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
