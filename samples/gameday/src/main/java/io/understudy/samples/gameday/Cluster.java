package io.understudy.samples.gameday;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What the applications tell of themselves, and the waits for what they shall do. Threadsafe. */
final class Cluster {
  /** Long, for a busy machine: what takes that long has failed. */
  private static final Duration PATIENCE = Duration.ofSeconds(45);

  private static final Duration A_MOMENT = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(1);
  private static final int HEALTHY = 200;

  private final Timeline timeline;
  private final Path logs;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(HEALTH_TIMEOUT)
          .build();
  private final Map<String, Lead> leads = new HashMap<>(); // guarded by this
  private final Set<Lead> ended = new HashSet<>(); // guarded by this
  private final Set<String> quorate = new TreeSet<>(); // members with a quorum; guarded by this
  private final Set<String> deaf = new TreeSet<>(); // members that lost it; guarded by this
  private long generation; // guarded by this
  private String phase = ""; // guarded by this
  private String writer = ""; // guarded by this
  private String stranded = "-"; // guarded by this
  private @Nullable String failure; // guarded by this

  /** A leadership that a member announced. */
  record Lead(String role, long epoch, String member) {}

  Cluster(Timeline timeline, Path logs) {
    this.timeline = timeline;
    this.logs = logs;
  }

  /** Takes a line that an application printed. */
  synchronized void accept(AppProcess app, String line) {
    List<String> words = List.of(line.split(" ", -1));
    switch (words.get(0)) {
      case "elected" -> elected(new Lead(words.get(1), Long.parseLong(words.get(2)), app.name()));
      case "revoked" ->
          revoked(new Lead(words.get(1), Long.parseLong(words.get(2)), app.name()), words.get(3));
      case "quorum" -> quorum(app.name(), Boolean.parseBoolean(words.get(1)));
      case "database" -> database(words);
      case "refused" -> fail(app.name() + " was refused by the others: " + line);
      case "ended" -> fail(app.name() + " ended by itself, with status " + words.get(1));
      default -> {} // "ready": its health says so as well
    }
    notifyAll();
  }

  /** Starts an application; what its former life said of itself is over. */
  void start(AppProcess app) {
    synchronized (this) {
      quorate.remove(app.name());
      deaf.remove(app.name());
    }
    app.start();
    timeline.say(app.name(), "starts: process %d, %s".formatted(app.pid(), app.url()));
  }

  private void elected(Lead lead) {
    Lead known = leads.get(lead.role());
    if (known == null || known.epoch() < lead.epoch()) {
      leads.put(lead.role(), lead);
    }
    timeline.say(lead.member(), "leads %s, epoch %d".formatted(lead.role(), lead.epoch()));
  }

  private void revoked(Lead lead, String reason) {
    ended.add(lead);
    timeline.say(
        lead.member(),
        "no longer leads %s (epoch %d: %s)".formatted(lead.role(), lead.epoch(), reason));
  }

  private void quorum(String member, boolean held) {
    if (held) {
      quorate.add(member);
    }
    if (!held && quorate.remove(member) && deaf.add(member)) {
      timeline.say(member, "hears no quorum");
    } else if (held && deaf.remove(member)) {
      timeline.say(member, "hears a quorum again");
    }
  }

  /** Every member tells each decision, sooner or later: the first one is news. */
  private void database(List<String> words) {
    long told = Long.parseLong(words.get(2));
    if (told < generation || (told == generation && phase.equals("SERVING"))) {
      strandedTold(told, words.get(4));
      return;
    }
    boolean news = told > generation || !phase.equals(words.get(1));
    generation = told;
    phase = words.get(1);
    String reason = String.join(" ", words.subList(5, words.size()));
    if (phase.equals("SERVING")) {
      writer = words.get(3);
      timeline.say("cluster", "agrees on the writer %s".formatted(writer));
    } else if (news && !writer.isEmpty()) {
      timeline.say("cluster", "withdraws the writer: " + reason);
    }
    strandedTold(told, words.get(4));
  }

  private void strandedTold(long told, String now) {
    if (told == generation && !now.equals(stranded)) {
      stranded = now;
      timeline.say(
          "cluster",
          now.equals("-")
              ? "knows of no stranded transactions any more"
              : "knows of transactions that the writer lacks: " + now.replace("=", " has "));
    }
  }

  private synchronized void fail(String what) {
    if (failure == null) {
      failure = what;
    }
    notifyAll();
  }

  /** Who leads a role, as last announced. */
  synchronized Lead leader(String role) {
    Lead lead = leads.get(role);
    if (lead == null) {
      throw new GameDayException("nobody ever led " + role + "; see " + logs);
    }
    return lead;
  }

  /** What a member leads, as last announced. */
  synchronized List<Lead> ledBy(String member) {
    return leads.values().stream().filter(it -> it.member().equals(member)).toList();
  }

  synchronized String writer() {
    return writer;
  }

  /** Waits until somebody leads a role. */
  void awaitLeader(String role) {
    await("a leader of " + role, () -> leads.containsKey(role));
  }

  /** Waits for a moment until a member leads a role; returns whether it does. */
  synchronized boolean comesToLead(String role, String member) {
    long deadlineNanos = System.nanoTime() + A_MOMENT.toNanos();
    try {
      while (!leader(role).member().equals(member)) {
        long leftNanos = deadlineNanos - System.nanoTime();
        if (leftNanos <= 0) {
          return false;
        }
        TimeUnit.NANOSECONDS.timedWait(this, leftNanos);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GameDayException("interrupted", e);
    }
  }

  /** Waits until another leadership has followed. */
  void awaitSuccessor(Lead lead) {
    await(
        "a successor of %s as leader of %s".formatted(lead.member(), lead.role()),
        () -> leader(lead.role()).epoch() > lead.epoch());
  }

  /** Waits until a member has said that it leads no longer. */
  void awaitEnd(Lead lead) {
    await("the end of " + lead, () -> ended.contains(lead));
  }

  /** Waits until another writer is agreed. */
  void awaitOtherWriter(String former) {
    await("another writer than " + former, () -> !writer.isEmpty() && !writer.equals(former));
  }

  private synchronized void await(String what, BooleanSupplier condition) {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (!condition.getAsBoolean()) {
        throwIfFailed();
        long leftNanos = deadlineNanos - System.nanoTime();
        if (leftNanos <= 0) {
          throw late(what);
        }
        TimeUnit.NANOSECONDS.timedWait(this, leftNanos);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GameDayException("interrupted", e);
    }
  }

  synchronized void throwIfFailed() {
    if (failure != null) {
      throw new GameDayException(failure + "; see " + logs);
    }
  }

  GameDayException late(String what) {
    return new GameDayException(
        "waited %d s in vain for %s; see %s".formatted(PATIENCE.toSeconds(), what, logs));
  }

  static Duration patience() {
    return PATIENCE;
  }

  /** Waits until an application would serve an order. */
  void awaitHealthy(AppProcess app) {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (!isHealthy(app)) {
        throwIfFailed();
        if (System.nanoTime() - deadlineNanos > 0) {
          throw late(app.name() + " to be healthy");
        }
        TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GameDayException("interrupted", e);
    }
  }

  private boolean isHealthy(AppProcess app) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(app.url() + "/ha/health"))
            .timeout(HEALTH_TIMEOUT)
            .build();
    try {
      return http.send(request, BodyHandlers.discarding()).statusCode() == HEALTHY;
    } catch (IOException e) {
      return false; // it is not up yet
    }
  }
}
