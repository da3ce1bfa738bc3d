package io.understudy.jdbc.internal.source;

import io.understudy.ha.HaEvent;
import io.understudy.ha.HaNode;
import io.understudy.ha.LeaderInfo;
import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterView;
import io.understudy.ha.Role;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Subscription;
import io.understudy.jdbc.HaDataSource;
import io.understudy.jdbc.HaDataSourceConfig;
import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.HaDataSourceConfig.Reading;
import io.understudy.jdbc.HaDataSourceConfig.Resolution;
import io.understudy.jdbc.HaDataSourceConfig.TimeLimits;
import io.understudy.jdbc.HaDataSourceEvent;
import io.understudy.jdbc.HaDataSourceEvent.WriterChanged;
import io.understudy.jdbc.HaDataSourceStatus;
import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.UnappliedPolicy;
import io.understudy.jdbc.internal.connection.Lending;
import io.understudy.jdbc.internal.connection.ReadLending;
import io.understudy.jdbc.internal.connection.ReadLending.Standing;
import io.understudy.jdbc.internal.connection.Route;
import io.understudy.jdbc.internal.connection.Router;
import io.understudy.jdbc.internal.connection.SearchLimits;
import io.understudy.jdbc.internal.connection.XaRefusal;
import io.understudy.jdbc.internal.dialect.EpochTable;
import io.understudy.jdbc.internal.director.Bulletin;
import io.understudy.jdbc.internal.director.Lookout;
import io.understudy.jdbc.internal.director.OrderForwarder;
import io.understudy.jdbc.internal.routing.Assignment;
import io.understudy.jdbc.internal.routing.ServerFacts;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.jdbc.internal.routing.Sight;
import io.understudy.jdbc.internal.source.Statuses.Known;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The data source: one role, one router, and a director while this member leads. */
final class RoutedDataSource implements HaDataSource {
  private static final long HELPER_IDLE_SECONDS = 10;

  private final HaDataSourceConfig config;
  private final Events events;
  private final DirectorSeat seat;
  private final Role role;
  private final Router router;
  private final Lending lending;
  private final @Nullable ReadLending reading;
  private final @Nullable ReaderDataSource reader;
  private final Lookout lookout;
  private final OrderForwarder forwarder;
  private final MasterNews masterNews;
  private final SwitchoverNews switchoverNews;
  private final Subscription subscription;
  private @Nullable WriterChanged lastTold; // by the thread of the subscription
  private final Map<String, VettedPool> pools;

  RoutedDataSource(HaDataSourceConfig config) {
    this.config = config;
    String prefix = "understudy-db-" + config.name();
    Executor helpers = helpers(prefix + "-helper-");
    this.events = new Events(prefix + "-events");
    this.seat =
        new DirectorSeat(
            config,
            helpers,
            (before, after) ->
                Changes.between(before, after, config.node().member().value(), Instant.now())
                    .forEach(events::publish));
    HaNode node = config.node();
    this.role = node.declare(RoleSpec.named("db:" + config.name()).listening(seat));
    Bulletin bulletin = new Bulletin(role.register());
    seat.belongsTo(role, bulletin);
    this.forwarder = new OrderForwarder(config, role, bulletin, helpers);
    this.masterNews = new MasterNews(events::publish);
    this.switchoverNews = new SwitchoverNews(config, seat.history(), events::publish);
    this.pools =
        config.masters().stream().collect(Collectors.toMap(Master::name, it -> vetted(config, it)));
    this.router = new Router(node.member().value(), role.register(), Map.copyOf(pools));
    this.lending =
        new Lending(
            router,
            config.timing().borrowTimeout(),
            node.timing().lease(),
            helpers,
            prefix + "-watch");
    this.lookout = new Lookout(config, role.register(), bulletin, helpers, seat::suspect);
    lookout.whenChanged(this::look);
    lending.whenBroken(this::suspect);
    this.reading = reading(config, helpers);
    if (reading != null) {
      reading.whenBroken(this::suspect);
    }
    this.reader =
        reading == null ? null : new ReaderDataSource(reading, config.timing().borrowTimeout());
    Resolution resolution = config.resolution();
    if (resolution != null) {
      lending.resolveCommits(
          resolution.table(),
          node.member().value(),
          new SearchLimits(resolution.limit(), config.unapplied() == UnappliedPolicy.OPEN));
    }
    EpochTable epochs = EpochTable.of(config.guard(), config.name());
    if (epochs != null) {
      lending.guardWrites(epochs);
    }
    lending.start();
    lookout.start();
    pools.values().forEach(it -> helpers.execute(it::ask));
    this.subscription = node.subscribe(this::onEvent);
  }

  private static VettedPool vetted(HaDataSourceConfig config, Master master) {
    Resolution resolution = config.resolution();
    return new VettedPool(
        config.name(),
        master.name(),
        master.application(),
        new VettedPool.Demands(
            config.unfencedAccounts(),
            EpochTable.of(config.guard(), config.name()),
            resolution == null ? null : resolution.table()));
  }

  private @Nullable ReadLending reading(HaDataSourceConfig config, Executor helpers) {
    Reading allowed = config.reading();
    if (allowed == null) {
      return null;
    }
    Map<String, DataSource> from = new LinkedHashMap<>();
    for (Master master : config.masters()) {
      DataSource own = allowed.pools().get(master.name());
      DataSource pool =
          own == null
              ? pools.get(master.name())
              : new VettedPool(
                  config.name(),
                  master.name(),
                  own,
                  new VettedPool.Demands(config.unfencedAccounts(), null, null));
      from.put(master.name(), Objects.requireNonNull(pool));
    }
    TimeLimits limits = config.timing();
    return new ReadLending(
        router,
        from,
        this::standings,
        new ReadLending.Limits(
            allowed.maxLag(), limits.borrowTimeout(), limits.switching().drain()),
        helpers);
  }

  private Map<String, Standing> standings() {
    Map<String, Standing> standings = new HashMap<>();
    lookout
        .seen()
        .forEach(
            (master, seen) ->
                standings.put(
                    master,
                    new Standing(
                        seen.sight().equals(Sight.OK),
                        seen.facts().map(ServerFacts::mode).map(it -> it == Mode.OPEN),
                        seen.behindSeconds())));
    return standings;
  }

  /** Members see or say something else than before; on any thread. */
  private void look() {
    forwarder.look();
    switchoverNews.look(role.register().told());
    Statuses.View view = view(router.routeOf(router.view()));
    masterNews.look(Statuses.masters(config, view), view.directing().isPresent());
  }

  /** A connection to a master broke: director and lookout look at once. */
  private void suspect(String master) {
    seat.suspect(master);
    lookout.lookAt(master);
  }

  private void onEvent(HaEvent event) {
    if (event instanceof HaEvent.RegisterCommitted committed && isOwn(committed.role())) {
      lending.wake();
      if (reading != null) {
        reading.wake();
      }
      router.read(committed.value()).ifPresent(it -> tell(committed.time(), it));
      look();
    } else if (event instanceof HaEvent.LeaderChanged changed && isOwn(changed.role())) {
      look();
    }
  }

  private boolean isOwn(String name) {
    return name.equals(role.name());
  }

  /** Not of a value that differs in what is remembered of the masters alone. */
  private void tell(Instant time, Route committed) {
    Assignment assignment = committed.assignment();
    WriterChanged change =
        new WriterChanged(time, committed.info(), assignment.candidate(), assignment.reason());
    WriterChanged last = lastTold;
    if (last == null
        || !change.equals(new WriterChanged(time, last.route(), last.candidate(), last.reason()))) {
      lastTold = change;
      events.publish(change);
    }
  }

  /**
   * Threads for what may block for ever: aborts, closes and connects of suspect servers. They end
   * by themselves when idle, so that a connection that outlives the data source can still be
   * aborted.
   */
  private static Executor helpers(String prefix) {
    AtomicInteger number = new AtomicInteger();
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        HELPER_IDLE_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread = new Thread(task, prefix + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  @Override
  public Connection getConnection() throws SQLException {
    return lending.borrow();
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException(
        "user and password belong to the pools of the masters: use getConnection()");
  }

  @Override
  public DataSource reader() {
    if (reader == null) {
      throw new IllegalStateException(
          config.name()
              + ": connections for reading are not allowed: build it with readsWithoutQuorum(...)");
    }
    return reader;
  }

  @Override
  public boolean isWriterAvailable() {
    return lending.isAvailable();
  }

  @Override
  public CompletionStage<SwitchoverResult> switchTo(String master) {
    return seat.switchTo(master).orElseGet(() -> forwarder.order(master));
  }

  @Override
  public HaDataSourceStatus status() {
    RegisterView view = router.view();
    Route route = router.routeOf(view);
    Optional<MemberId> director = role.leader().map(LeaderInfo::member);
    return Statuses.status(
        config,
        new Known(
            route,
            view.isPermitted(),
            director,
            lending.status(),
            switchoverNews.of(director),
            Optional.ofNullable(reading).map(it -> it.status(lending.sincePermitted())),
            seat.history().all(),
            view(route)));
  }

  private Statuses.View view(Route route) {
    return new Statuses.View(
        config.node().member().value(),
        route.assignment(),
        seat.state(),
        lookout.seen(),
        lookout.others(),
        accounts());
  }

  private Map<String, String> accounts() {
    return pools.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, it -> it.getValue().problem()));
  }

  @Override
  public Subscription subscribe(Consumer<? super HaDataSourceEvent> listener) {
    return events.subscribe(listener);
  }

  @Override
  public void close() {
    subscription.close();
    seat.close();
    forwarder.stop();
    lookout.stop();
    lending.stop();
    if (reading != null) {
      reading.stop();
    }
    events.close();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    XaRefusal.check(type);
    if (!type.isInstance(this)) {
      throw new SQLException(getClass().getName() + " wraps no " + type.getName());
    }
    return type.cast(this);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this);
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
    throw new SQLFeatureNotSupportedException("it logs through SLF4J");
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    throw new SQLFeatureNotSupportedException("set the borrow time-out of the builder instead");
  }

  @Override
  public int getLoginTimeout() {
    return (int) config.timing().borrowTimeout().toSeconds();
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("it logs through SLF4J");
  }
}
