package io.understudy.ha.internal.jgroups;

import io.understudy.ha.HaConfig;
import io.understudy.ha.internal.election.Life;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a doubt about the others is a doubt about this member: only for a newcomer. A
 * member that once found somebody to work with stays, whatever strangers do; one that found nobody,
 * though a configured peer answered, is configured wrongly and says so.
 */
final class Admission {
  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  /** How long a newcomer goes on looking for a peer that accepts it. */
  private static final long PATIENCE_MILLIS = 1500;

  /** A member younger than this gives way to another process of the same id. */
  private static final long NEWCOMER_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final HaConfig config;
  private final Consumer<String> verdict;
  private final long startNanos = System.nanoTime();
  private final AtomicBoolean pending = new AtomicBoolean();
  private volatile boolean authenticated;
  private volatile boolean accepted;

  Admission(HaConfig config, Consumer<String> verdict) {
    this.config = config;
    this.verdict = verdict;
  }

  /** Somebody knows the same secret. */
  void authenticated() {
    authenticated = true;
  }

  /** Somebody has the same secret, time values and roster. */
  void accepted() {
    authenticated = true;
    accepted = true;
  }

  /** A peer to which this member connected does not know the same secret. */
  void refused(InetSocketAddress peer, String reason) {
    if (!authenticated && config.peers().contains(peer)) {
      judgeLater(
          () -> authenticated,
          "the secret or the cluster name ('"
              + config.cluster()
              + "') differs from that of "
              + peer
              + " ("
              + reason
              + "), and no configured peer accepted it; give all members the same secret and cluster name");
    }
  }

  /** A peer with the right secret is configured differently. */
  void doubted(String why) {
    if (accepted) {
      LOG.error("{} - ignores a member: {}", config.member(), why);
    } else {
      judgeLater(() -> accepted, why);
    }
  }

  /** Another process says to be this member. */
  void doubled(Life other, InetSocketAddress where) {
    if (System.nanoTime() - startNanos < NEWCOMER_NANOS) {
      verdict.accept(
          "member id "
              + config.member()
              + " is in use by the process at "
              + where
              + "; give each member an id of its own");
    } else {
      LOG.error(
          "{} - another process at {} uses this member's id ({}); stop it or give it an id of its own",
          config.member(),
          where,
          other);
    }
  }

  private void judgeLater(java.util.function.BooleanSupplier inTheClear, String reason) {
    if (pending.compareAndSet(false, true)) {
      CompletableFuture.delayedExecutor(
              PATIENCE_MILLIS, TimeUnit.MILLISECONDS, Admission::onItsOwnThread)
          .execute(
              () -> {
                pending.set(false);
                if (!inTheClear.getAsBoolean()) {
                  verdict.accept(reason);
                }
              });
    }
  }

  /** Rare, and not to be held up by an application that blocks the common pool. */
  private static void onItsOwnThread(Runnable judgement) {
    Thread thread = new Thread(judgement, "ha-admission");
    thread.setDaemon(true);
    thread.start();
  }
}
