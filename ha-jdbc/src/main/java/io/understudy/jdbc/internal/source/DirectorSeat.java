package io.understudy.jdbc.internal.source;

import io.understudy.ha.Leadership;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.Role;
import io.understudy.ha.RoleListener;
import io.understudy.jdbc.HaDataSourceConfig;
import io.understudy.jdbc.SwitchoverRefusedException;
import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.internal.director.Director;
import io.understudy.jdbc.internal.director.HandOvers;
import io.understudy.jdbc.internal.routing.DirectorState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Sets a director to work while this member leads the role. */
final class DirectorSeat implements RoleListener {
  private final HaDataSourceConfig config;
  private final Executor helpers;
  private final BiConsumer<DirectorState, DirectorState> observer;
  private final HandOvers handOvers;
  private final CompletableFuture<Role> role = new CompletableFuture<>();
  private final SwitchoverHistory history = new SwitchoverHistory();
  private @Nullable Director director; // guarded by this
  private boolean closed; // guarded by this

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
  }

  /** The role is declared with this listener, so it can be elected before it knows the role. */
  void belongsTo(Role declared) {
    role.complete(declared);
  }

  @Override
  public void elected(Leadership leadership) {
    Role declared = role.join();
    synchronized (this) {
      if (!closed) {
        director = new Director(config, leadership, declared, handOvers, helpers);
        director.start(observer.andThen(history::observe));
        return;
      }
    }
    resign(declared); // nobody here would direct
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

  /** Only the director can: who that is, the refusal says. */
  CompletionStage<SwitchoverResult> switchTo(String to) {
    Director directing;
    synchronized (this) {
      directing = director;
    }
    if (directing != null) {
      return directing.switchTo(to);
    }
    String who =
        role.join()
            .leader()
            .map(it -> "ask the director, which is " + it.member())
            .orElse("no director is known: try again");
    return CompletableFuture.failedFuture(
        new SwitchoverRefusedException(
            "%s: no switchover to '%s' is begun: this JVM, %s, does not direct: %s"
                .formatted(config.name(), to, config.node().member(), who)));
  }

  /** What came of the planned changes that this member directed, the newest last. */
  List<SwitchoverResult> history() {
    return history.all();
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
    if (role.isDone() && role.join().isLeader()) {
      resign(role.join());
    }
  }
}
