package io.understudy.jdbc.internal.director;

import io.understudy.ha.Leadership;
import io.understudy.ha.LeadershipLostException;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.Role;
import io.understudy.ha.RoleRegister;
import io.understudy.ha.Subscription;
import io.understudy.jdbc.HaDataSourceConfig;
import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.UnappliedPolicy;
import io.understudy.jdbc.internal.dialect.EpochTable;
import io.understudy.jdbc.internal.routing.Action;
import io.understudy.jdbc.internal.routing.Action.Commit;
import io.understudy.jdbc.internal.routing.Action.Drain;
import io.understudy.jdbc.internal.routing.Action.HandOver;
import io.understudy.jdbc.internal.routing.Action.Settle;
import io.understudy.jdbc.internal.routing.Assignment;
import io.understudy.jdbc.internal.routing.AssignmentCodec;
import io.understudy.jdbc.internal.routing.DirectorMachine;
import io.understudy.jdbc.internal.routing.DirectorState;
import io.understudy.jdbc.internal.routing.Input;
import io.understudy.jdbc.internal.routing.Input.Done;
import io.understudy.jdbc.internal.routing.Input.Failed;
import io.understudy.jdbc.internal.routing.Input.Heard;
import io.understudy.jdbc.internal.routing.Input.SwitchAsked;
import io.understudy.jdbc.internal.routing.Rules;
import io.understudy.jdbc.internal.routing.Sightings;
import io.understudy.jdbc.internal.routing.Step;
import io.understudy.jdbc.internal.routing.SwitchOrder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes what the {@link DirectorMachine} decides, for one leadership. One thread owns the state;
 * others see the latest one. It ends when the leadership does; if it fails otherwise it resigns the
 * role, so that another member directs.
 */
public final class Director {
  private static final Logger log = LoggerFactory.getLogger(Director.class);
  private static final Duration RETRY = Duration.ofMillis(250);
  private static final long LEASE_CHECK_MILLIS = 200;
  private static final long DRAIN_CHECK_MILLIS = 2;

  private final HaDataSourceConfig config;
  private final Leadership leadership;
  private final Role role;
  private final RoleRegister register;
  private final HandOvers handOvers;
  private final Bulletin bulletin;

  /** Nothing is a wake-up. */
  private final BlockingQueue<Optional<Input>> inputs = new LinkedBlockingQueue<>();

  private final Map<String, MasterLink> links = new HashMap<>();
  private final DirectorMachine machine;
  private final SwitchoverDesk desk;
  private final ForwardedOrders orders;
  private final Thread thread;
  private final long begunNanos = System.nanoTime();
  private volatile DirectorState state;
  private volatile RegisterVersion committed;
  private volatile boolean stopped;
  private volatile @Nullable Throwable fault;
  private BiConsumer<DirectorState, DirectorState> observer = (before, after) -> {};
  private String lastTrouble = "";
  private @Nullable Drainage drainage;

  /**
   * What all directors of a member share.
   *
   * @param handOvers how one gives the role to another member
   * @param bulletin what the member tells the others
   * @param helpers runs what may block for ever
   */
  public record Means(HandOvers handOvers, Bulletin bulletin, Executor helpers) {}

  /**
   * Makes a director; {@link #start} sets it to work.
   *
   * @param config masters and limits
   * @param leadership under which it acts
   * @param role where it writes its decisions, and which it may have to give up
   * @param means what it shares with the directors before and after it
   */
  public Director(HaDataSourceConfig config, Leadership leadership, Role role, Means means) {
    this.config = config;
    this.leadership = leadership;
    this.role = role;
    this.register = role.register();
    this.handOvers = means.handOvers();
    this.bulletin = means.bulletin();
    List<String> names = config.masters().stream().map(Master::name).toList();
    this.machine =
        new DirectorMachine(
            new Rules(
                names,
                config.timing().probeFailures(),
                RETRY.toNanos(),
                config.unapplied() == UnappliedPolicy.OPEN,
                config.timing().switching().maxLag().toSeconds(),
                SwitchoverDesk.longestHold(config.timing()).toNanos(),
                handOvers.patience().toNanos(),
                config.timing().failover().minimumWriterTime().toNanos()));
    this.desk = new SwitchoverDesk(config, means.helpers(), bulletin);
    this.orders = new ForwardedOrders(config, leadership.epoch(), bulletin, this::takeUp);
    this.state = DirectorState.initial(names, Assignment.NONE);
    this.committed = RegisterVersion.NONE;
    MasterLink.Shared shared =
        new MasterLink.Shared(
            leadership,
            "understudy.db:" + config.name(),
            config.timing(),
            EpochTable.of(config.guard(), config.name()),
            () -> state.assignment(),
            new ConcurrentHashMap<>(),
            means.helpers(),
            this::add,
            this::fail);
    for (Master master : config.masters()) {
      links.put(master.name(), new MasterLink(master, shared, threadName(master.name())));
    }
    this.thread = new Thread(this::run, threadName("director"));
    thread.setDaemon(true);
  }

  private String threadName(String part) {
    return "understudy-db-" + config.name() + "-" + part;
  }

  /**
   * Begins to direct.
   *
   * @param newObserver is told of the states before and after each step, on the director's thread
   */
  public void start(BiConsumer<DirectorState, DirectorState> newObserver) {
    observer = newObserver;
    thread.start();
  }

  /** Ends the threads and sessions, without waiting for them. */
  public void stop() {
    stopped = true;
    thread.interrupt();
    links.values().forEach(MasterLink::stop);
  }

  /**
   * Where it stands.
   *
   * @return the state after the last input
   */
  public DirectorState state() {
    return state;
  }

  /**
   * Begins a planned change of writer.
   *
   * @param to who shall be the writer
   * @return what came of it; fails with {@link io.understudy.jdbc.SwitchoverRefusedException}
   */
  public CompletableFuture<SwitchoverResult> switchTo(String to) {
    return order(to, SwitchOrder.LOCAL);
  }

  /** The desk tells the member that sent it what comes of it. */
  private void takeUp(SwitchOrder order) {
    var unused = order(order.to(), order.id());
  }

  private CompletableFuture<SwitchoverResult> order(String to, long id) {
    CompletableFuture<SwitchoverResult> answer = desk.order(to, id);
    add(new SwitchAsked(to));
    return answer;
  }

  /**
   * Probes a master at once: something points to its not being there any more.
   *
   * @param master its name
   */
  public void suspect(String master) {
    MasterLink link = links.get(master);
    if (link != null) {
      link.lookNow();
    }
  }

  private void add(Input input) {
    inputs.add(Optional.of(input));
  }

  /** Another member told something; on any thread. What it sees, the director reads when it can. */
  private void told() {
    inputs.add(Optional.empty());
    orders.look(register.told());
  }

  /** At first it waits for those who may not have heard yet that this member is there. */
  private Sightings sightings() {
    boolean begins = System.nanoTime() - begunNanos < config.node().timing().lease().toNanos();
    return Lookout.sightings(config, register, bulletin.sights(), begins);
  }

  /** Words grow old and members vanish without anybody telling. */
  private void hear() {
    Sightings now = sightings();
    if (!now.equals(state.outlook().sightings())) {
      take(new Heard(now));
    }
    links.values().forEach(link -> link.overdue().ifPresent(this::take));
  }

  private void fail(Throwable cause) {
    fault = cause;
    thread.interrupt();
  }

  private void run() {
    Subscription subscription = register.whenTold(this::told);
    try {
      orders.look(register.told()); // what was told before that
      RegisterValue start = register.view().value();
      committed = start.version();
      List<String> names = config.masters().stream().map(Master::name).toList();
      Assignment found = AssignmentCodec.decode(start.bytes());
      state = DirectorState.initial(names, found).aged(ageNanos(found));
      log.info("{}: directs in epoch {}, from {}", config.name(), leadership.epoch(), summary());
      links.values().forEach(MasterLink::start);
      while (!stopped && leadership.isValid()) {
        Optional<Input> input =
            inputs.poll(
                drainage == null ? LEASE_CHECK_MILLIS : DRAIN_CHECK_MILLIS, TimeUnit.MILLISECONDS);
        hear(); // before it judges
        if (input != null && input.isPresent()) {
          take(input.get());
        }
        lookAtDrainage();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // stop() or fail() did it
    } catch (RuntimeException | Error e) {
      fault = e;
    } finally {
      subscription.close();
      end();
    }
  }

  /** By two wall clocks: what a director saw itself is lost with it. */
  private static long ageNanos(Assignment assignment) {
    long sinceMillis = assignment.sinceEpochMillis();
    return sinceMillis == 0
        ? 0
        : TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis() - sinceMillis);
  }

  private void end() {
    Throwable cause = fault;
    if (cause == null) {
      log.info("{}: no longer directs (epoch {})", config.name(), leadership.epoch());
    } else { // first: if what follows fails too, nobody would direct while it leads
      log.error("{}: the director failed, so it gives the role up", config.name(), cause);
      var unused = role.resign();
    }
    links.values().forEach(MasterLink::stop);
    desk.close(state);
  }

  private void lookAtDrainage() {
    Drainage waits = drainage;
    if (waits == null || !leadership.isValid()) {
      return;
    }
    waits
        .look()
        .ifPresent(
            end -> {
              drainage = null;
              if (!waits.missing().isEmpty()) {
                log.warn("{}: connections are still out at {}", config.name(), waits.missing());
              }
              take(end);
            });
  }

  private void take(Input input) {
    if (input instanceof SwitchAsked && desk.take(to -> machine.refusal(state, to)).isEmpty()) {
      return;
    }
    DirectorState before = state;
    Step step = machine.step(before, input, System.nanoTime());
    state = step.next();
    observer.accept(before, state);
    report(input);
    desk.follow(before, state);
    step.action().ifPresent(this::execute);
  }

  private void report(Input input) {
    String trouble = state.trouble();
    if (!trouble.equals(lastTrouble)) {
      lastTrouble = trouble;
      if (!trouble.isEmpty()) {
        log.warn("{}: {}", config.name(), trouble);
      }
    }
    if (input instanceof Done done && done.action() instanceof Commit) {
      log.info("{}: {}", config.name(), summary());
    } else if (input instanceof Done done && done.action() instanceof Settle) {
      log.debug("{}: nobody acts on an older generation", config.name());
    } else if (input instanceof Done done) {
      log.info("{}: done: {}", config.name(), done.action());
    }
  }

  private String summary() {
    Assignment it = state.assignment();
    return "generation %d %s, writer '%s', candidate '%s': %s"
        .formatted(it.generation(), it.phase(), it.writer(), it.candidate(), it.reason());
  }

  private void execute(Action action) {
    drainage = null; // whatever comes next: it is over, or given up
    if (action instanceof Commit commit) {
      commit(commit);
    } else if (action instanceof Drain) {
      drainage = drain();
    } else if (action instanceof Settle) {
      settle(action);
    } else if (action instanceof HandOver handOver) {
      handOver(handOver);
    } else {
      link(action).order(action);
    }
  }

  private MasterLink link(Action action) {
    MasterLink link = links.get(masterOf(action));
    if (link == null) {
      throw new IllegalStateException("no master is configured for " + action);
    }
    return link;
  }

  private static String masterOf(Action action) {
    if (action instanceof Action.Fence fence) {
      return fence.master();
    } else if (action instanceof Action.CatchUp catchUp) {
      return catchUp.master();
    } else if (action instanceof Action.Open open) {
      return open.master();
    } else if (action instanceof Action.Follow follow) {
      return follow.master();
    }
    throw new IllegalArgumentException("not for one master: " + action);
  }

  private void commit(Commit commit) {
    boolean begins = commit.assignment().generation() != state.assignment().generation();
    if (begins) { // the next steps compare what the masters have
      links.values().forEach(MasterLink::lookNow);
    }
    Assignment stamped =
        begins ? commit.assignment().since(System.currentTimeMillis()) : commit.assignment();
    var unused =
        register
            .write(leadership, AssignmentCodec.encode(stamped))
            .whenComplete(
                (version, failure) -> {
                  if (failure == null) {
                    committed = version;
                  }
                  answer(commit, new Commit(stamped), failure);
                });
  }

  private Drainage drain() {
    Duration limit = config.timing().switching().drain();
    return new Drainage(config.node(), register, committed, limit)
        .hearing(register.settled(leadership, committed));
  }

  private void settle(Action settle) {
    var unused =
        register
            .settled(leadership, committed)
            .whenComplete((version, failure) -> answer(settle, settle, failure));
  }

  private void handOver(HandOver order) {
    log.warn(
        "{}: {} reaches more of the masters than this member, so it is handed the role ({})",
        config.name(),
        order.member(),
        state.trouble());
    var unused =
        handOvers
            .handOver(role, order.member())
            .whenComplete((leader, failure) -> answer(order, order, failure));
  }

  private void answer(Action ordered, Action done, @Nullable Throwable failure) {
    if (failure == null) {
      add(new Done(done));
      return;
    }
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof LeadershipLostException) {
      log.info("{}: {}", config.name(), cause.getMessage());
      stopped = true;
    } else {
      add(new Failed(ordered, ordered.getClass().getSimpleName() + " failed: " + cause));
    }
  }
}
