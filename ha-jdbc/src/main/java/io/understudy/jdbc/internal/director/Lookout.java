package io.understudy.jdbc.internal.director;

import io.understudy.ha.MemberId;
import io.understudy.ha.NodeStatus.MemberStatus;
import io.understudy.ha.RoleRegister;
import io.understudy.ha.Subscription;
import io.understudy.ha.Told;
import io.understudy.jdbc.HaDataSourceConfig;
import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.internal.routing.ServerFacts;
import io.understudy.jdbc.internal.routing.Sight;
import io.understudy.jdbc.internal.routing.Sightings;
import io.understudy.jdbc.internal.routing.WordCodec;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Looks at every master from this JVM, director or not, and tells the others what it sees: the
 * director takes a master for gone only if most of those who look do. Threadsafe.
 *
 * <p>It looks at a steady pace, and at once when a connection of the application breaks or another
 * member has lost sight of a master. So all are of one mind within milliseconds after a crash.
 */
public final class Lookout {
  private final HaDataSourceConfig config;
  private final RoleRegister register;
  private final Bulletin bulletin;
  private final Consumer<String> lost;
  private final Map<String, MasterWatch> watches = new LinkedHashMap<>();
  private final Map<String, Sight> sights = new ConcurrentHashMap<>();
  private final Map<String, Inquiry> inquiries = new ConcurrentHashMap<>();
  private volatile Runnable changed = () -> {};
  private final Subscription subscription;
  private boolean stopped; // guarded by this

  private final Map<String, Lag> lags = new ConcurrentHashMap<>();

  /** How far a server was behind while it received from its source, and when that was. */
  private record Lag(long seconds, long atNanos) {}

  /** What a server said of itself, and when. */
  private record Inquiry(ServerFacts facts, long atNanos) {}

  /**
   * A master, as this JVM sees it.
   *
   * @param sight what the last look gave
   * @param facts what the server said of itself; empty if it does not answer, or has not lately
   * @param behindSeconds how far it is behind at most, as it said while it received from its
   *     source, and the time since; empty if it never received
   */
  public record Seen(Sight sight, Optional<ServerFacts> facts, OptionalLong behindSeconds) {}

  /**
   * Makes a lookout that {@link #start} sets to work.
   *
   * @param config masters and limits
   * @param register where members hear what others see
   * @param bulletin where this one tells it
   * @param helpers runs what may block for ever
   * @param lost gets a master of which this JVM has lost sight
   */
  public Lookout(
      HaDataSourceConfig config,
      RoleRegister register,
      Bulletin bulletin,
      Executor helpers,
      Consumer<String> lost) {
    this.config = config;
    this.register = register;
    this.bulletin = bulletin;
    this.lost = lost;
    for (Master master : config.masters()) {
      MasterWatch.Orders orders =
          new MasterWatch.Orders(config.timing(), helpers, this::saw, this::said);
      watches.put(
          master.name(),
          new MasterWatch(
              master, orders, "understudy-db-" + config.name() + "-sees-" + master.name()));
    }
    this.subscription = register.whenTold(this::heard);
  }

  /** Begins to look. */
  public void start() {
    watches.values().forEach(MasterWatch::start);
  }

  /** Ends the threads and sessions without waiting for them, and takes back what it told. */
  public void stop() {
    subscription.close();
    watches.values().forEach(MasterWatch::stop);
    synchronized (this) {
      stopped = true;
      bulletin.close();
    }
  }

  /**
   * Tells that this JVM or another one sees something else than before.
   *
   * @param listener called on any thread, several calls perhaps at once: it must not block
   */
  public void whenChanged(Runnable listener) {
    changed = listener;
  }

  /**
   * How this JVM sees the masters.
   *
   * @return by master, those that it has looked at
   */
  public Map<String, Seen> seen() {
    long now = System.nanoTime();
    Map<String, Seen> seen = new HashMap<>();
    sights.forEach(
        (master, sight) ->
            seen.put(master, new Seen(sight, facts(master, sight, now), behind(master, now))));
    return seen;
  }

  private OptionalLong behind(String master, long now) {
    Lag lag = lags.get(master);
    if (lag == null) {
      return OptionalLong.empty();
    }
    long since = Math.max(0, now - lag.atNanos() - MasterWatch.INQUIRY_NANOS);
    return OptionalLong.of(lag.seconds() + TimeUnit.NANOSECONDS.toSeconds(since));
  }

  private Optional<ServerFacts> facts(String master, Sight sight, long now) {
    long mostNanos = MasterWatch.INQUIRY_NANOS + 2 * config.timing().probeTimeout().toNanos();
    return Optional.ofNullable(inquiries.get(master))
        .filter(it -> sight.equals(Sight.OK) && now - it.atNanos() < mostNanos)
        .map(Inquiry::facts);
  }

  /**
   * How the other members see the masters, as far as they are seen and said it lately.
   *
   * @return by member, by master
   */
  public Map<String, Map<String, Sight>> others() {
    return sightings().others();
  }

  private void said(String master, ServerFacts facts) {
    long now = System.nanoTime();
    inquiries.put(master, new Inquiry(facts, now));
    if (facts.replication().running()) {
      facts.replication().lagSeconds().ifPresent(it -> lags.put(master, new Lag(it, now)));
    }
    changed.run();
  }

  /**
   * Looks at a master at once: something points to its not being there any more.
   *
   * @param master its name
   */
  public void lookAt(String master) {
    MasterWatch watch = watches.get(master);
    if (watch != null) {
      watch.lookNow();
    }
  }

  /** A watch has looked. Nothing new is told twice, and nothing after the end. */
  private void saw(String master, Sight sight) {
    synchronized (this) {
      Sight before = sights.put(master, sight);
      if (stopped || sight.equals(before)) {
        return;
      }
      try {
        bulletin.see(sights);
      } catch (RuntimeException | Error e) {
        sights.remove(master); // it was not told, so the next look tells it
        throw e;
      }
    }
    if (!sight.equals(Sight.OK)) {
      lost.accept(master);
    }
    changed.run();
  }

  /** What another member does not see may be about to be lost here too. */
  private void heard() {
    for (Map<String, Sight> told : sightings().others().values()) {
      told.forEach(
          (master, sight) -> {
            if (!sight.equals(Sight.OK) && Sight.OK.equals(sights.get(master))) {
              lookAt(master);
            }
          });
    }
    changed.run();
  }

  private Sightings sightings() {
    return sightings(config, register, sights, false);
  }

  /**
   * What the others say, as far as it counts now.
   *
   * @param own what this JVM sees
   * @param waits whether those who say nothing may still begin to
   */
  static Sightings sightings(
      HaDataSourceConfig config, RoleRegister register, Map<String, Sight> own, boolean waits) {
    Duration fresh = config.node().timing().lease();
    List<String> names = config.masters().stream().map(Master::name).toList();
    Map<MemberId, Told> told = register.told();
    Map<String, Map<String, Sight>> others = new HashMap<>();
    int unheard = 0;
    for (MemberStatus other : config.node().status().members()) {
      if (other.reachable() && !other.witness() && !other.member().equals(config.node().member())) {
        Told word = told.get(other.member());
        if (word != null && word.age().compareTo(fresh) < 0) {
          String name = other.member().value();
          others.put(name, WordCodec.decode(word.bytes(), names, name).sights());
        } else if (waits) {
          unheard++;
        }
      }
    }
    return new Sightings(others, unheard, own);
  }
}
