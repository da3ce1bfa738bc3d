package io.understudy.jdbc.internal.source;

import io.understudy.ha.Leadership;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.Role;
import io.understudy.ha.RoleListener;
import io.understudy.jdbc.HaDataSourceConfig;
import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.internal.director.Bulletin;
import io.understudy.jdbc.internal.director.Director;
import io.understudy.jdbc.internal.director.HandOvers;
import io.understudy.jdbc.internal.routing.DirectorState;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets a director to work while this member leads the role. */
final class DirectorSeat implements RoleListener {
  private static final Logger log = LoggerFactory.getLogger(DirectorSeat.class);

  private final HaDataSourceConfig config;
  private final Executor helpers;
  private final BiConsumer<DirectorState, DirectorState> observer;
  private final HandOvers handOvers;
  private final CompletableFuture<Post> post = new CompletableFuture<>();
  private final SwitchoverHistory history;
  private @Nullable Director director; // guarded by this
  private boolean closed; // guarded by this

  /** Where a director works: known only after the role is declared. */
  private record Post(Role role, Bulletin bulletin) {}

  /**
   * Makes a seat.
   *
   * @param helpers runs what may block for ever
   * @param observer is told of each step of a director on its thread, so it must not block
   */
  DirectorSeat(
      HaDataSourceConfig config,
      Executor helpers,
      BiConsumer<DirectorState, DirectorState> observer) {
    this.config = config;
    this.helpers = helpers;
    this.observer = observer;
    this.handOvers = new HandOvers(config.timing());
    this.history = new SwitchoverHistory(config.node().member().value());
  }

  /** The role is declared with this listener, so it can be elected before it knows the role. */
  void belongsTo(Role declared, Bulletin bulletin) {
    post.complete(new Post(declared, bulletin));
  }

  @Override
  public void elected(Leadership leadership) {
    Post known = post.join();
    synchronized (this) {
      if (!closed) {
        Director.Means means = new Director.Means(handOvers, known.bulletin(), helpers);
        Director begun = new Director(config, leadership, known.role(), means);
        director = begun;
        if (starts(begun)) {
          return;
        }
      }
    }
    resign(known.role()); // nobody here would direct
  }

  private boolean starts(Director begun) {
    try {
      begun.start(observer.andThen(history::observe));
      return true;
    } catch (RuntimeException | Error e) { // no memory for a thread, for instance
      log.error("{}: the director could not start, so it gives the role up", config.name(), e);
      return false;
    }
  }

  @Override
  public synchronized void revoked(Leadership leadership, RevokeReason reason) {
    end();
  }

  private synchronized void end() {
    Director ending = director;
    director = null;
    if (ending != null) {
      ending.stop();
      history.leave(ending.state());
    }
  }

  private static void resign(Role declared) {
    var unused = declared.resign();
  }

  /** Only the director can; empty if that is not here. */
  Optional<CompletionStage<SwitchoverResult>> switchTo(String to) {
    Director directing;
    synchronized (this) {
      directing = director;
    }
    return Optional.ofNullable(directing).map(it -> it.switchTo(to));
  }

  /** What came of the planned changes that this member directed or heard of, the newest last. */
  SwitchoverHistory history() {
    return history;
  }

  /** A master does not seem to be there any more. */
  void suspect(String master) {
    Director directing;
    synchronized (this) {
      directing = director;
    }
    if (directing != null) {
      directing.suspect(master);
    }
  }

  synchronized Optional<DirectorState> state() {
    return Optional.ofNullable(director).map(Director::state);
  }

  void close() {
    synchronized (this) {
      closed = true;
      end();
    }
    if (post.isDone() && post.join().role().isLeader()) {
      resign(post.join().role());
    }
  }
}
