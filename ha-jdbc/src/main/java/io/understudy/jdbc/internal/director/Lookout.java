package io.understudy.jdbc.internal.director;

import io.understudy.ha.MemberId;
import io.understudy.ha.NodeStatus.MemberStatus;
import io.understudy.ha.RoleRegister;
import io.understudy.ha.Subscription;
import io.understudy.ha.Told;
import io.understudy.jdbc.HaDataSourceConfig;
import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.internal.routing.Sight;
import io.understudy.jdbc.internal.routing.SightCodec;
import io.understudy.jdbc.internal.routing.Sightings;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
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
  private final Consumer<String> lost;
  private final Map<String, MasterWatch> watches = new LinkedHashMap<>();
  private final Map<String, Sight> sights = new ConcurrentHashMap<>();
  private final Subscription subscription;
  private boolean stopped; // guarded by this

  /**
   * Makes a lookout that {@link #start} sets to work.
   *
   * @param config masters and limits
   * @param register where members tell each other what they see
   * @param helpers runs what may block for ever
   * @param lost gets a master of which this JVM has lost sight
   */
  public Lookout(
      HaDataSourceConfig config, RoleRegister register, Executor helpers, Consumer<String> lost) {
    this.config = config;
    this.register = register;
    this.lost = lost;
    for (Master master : config.masters()) {
      MasterWatch.Orders orders = new MasterWatch.Orders(config.timing(), helpers, this::saw);
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
      register.tell(new byte[0]);
    }
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
        register.tell(SightCodec.encode(sights, RoleRegister.MAX_TOLD_BYTES));
      } catch (RuntimeException | Error e) {
        sights.remove(master); // it was not told, so the next look tells it
        throw e;
      }
    }
    if (!sight.equals(Sight.OK)) {
      lost.accept(master);
    }
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
  }

  private Sightings sightings() {
    return sightings(config, register, false);
  }

  /**
   * What the others say, as far as it counts now.
   *
   * @param waits whether those who say nothing may still begin to
   */
  static Sightings sightings(HaDataSourceConfig config, RoleRegister register, boolean waits) {
    Duration fresh = config.node().timing().lease();
    List<String> names = config.masters().stream().map(Master::name).toList();
    Map<MemberId, Told> told = register.told();
    Map<String, Map<String, Sight>> others = new HashMap<>();
    int unheard = 0;
    for (MemberStatus other : config.node().status().members()) {
      if (other.reachable() && !other.witness() && !other.member().equals(config.node().member())) {
        Told word = told.get(other.member());
        if (word != null && word.age().compareTo(fresh) < 0) {
          others.put(other.member().value(), SightCodec.decode(word.bytes(), names));
        } else if (waits) {
          unheard++;
        }
      }
    }
    return new Sightings(others, unheard);
  }
}
