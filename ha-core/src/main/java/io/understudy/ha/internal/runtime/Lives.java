package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaConfig;
import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleMachine;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterRules;
import io.understudy.ha.internal.election.TimeValues;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lives of this member's election, one after the other. Usually there is one. When the durable
 * state cannot be written (or the election fails) the life is over: what it promised in memory is
 * forgotten, as after a crash. Once a second the state is tried again, and when it can be written a
 * new life begins, with a new incarnation and the wait of a restarted voter. Election thread only,
 * but for the volatile getters.
 */
final class Lives {
  private static final Logger LOG = LoggerFactory.getLogger(Lives.class);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final HaConfig config;
  private final Disk disk;
  private final Transport transport;
  private final BiConsumer<String, Output> announcements;
  private volatile MemberRecord memberRecord;
  private @Nullable MemberCore core;
  private volatile Transport.@Nullable Listener listener;
  private @Nullable Change change;
  private long retryAtNanos;
  private volatile Life self;
  private volatile String outOfService = "";

  /**
   * The member stopped taking part, or takes part again.
   *
   * @param inService whether it takes part
   * @param reason why
   */
  record Change(boolean inService, String reason) {}

  Lives(
      HaConfig config,
      Disk disk,
      MemberRecord stored,
      Transport transport,
      long incarnation,
      BiConsumer<String, Output> announcements) {
    this.config = config;
    this.disk = disk;
    this.transport = transport;
    this.announcements = announcements;
    this.memberRecord = stored;
    this.self = new Life(config.member(), incarnation);
    this.core = begin(self);
  }

  private MemberCore begin(Life life) {
    TimeValues times = TimeValues.of(config.timing());
    MemberCore.Election election =
        new MemberCore.Election(
            new RoleMachine(Fencer.endsProcesses(config)),
            new RosterRules(config::missingThirdVote));
    return new MemberCore(life, times, election, new RealPorts(), memberRecord);
  }

  /** Connects the first life; later ones connect by themselves. */
  void connect(Transport.Listener to) throws IOException {
    listener = to;
    transport.start(self, to);
  }

  private final class RealPorts implements Ports {
    @Override
    public long nanos() {
      return System.nanoTime();
    }

    @Override
    public void send(MemberId to, List<Envelope> envelopes) {
      if (LOG.isDebugEnabled()) {
        for (Envelope envelope : envelopes) {
          debug(to, envelope);
        }
      }
      transport.send(to, envelopes);
    }

    private void debug(MemberId to, Envelope envelope) {
      if (!isRoutine(envelope.message())) {
        LOG.debug("{} - {} to {}: {}", config.member(), envelope.role(), to, envelope.message());
      }
    }

    @Override
    public void save(MemberRecord changed) throws IOException {
      disk.save(changed);
      memberRecord = changed;
    }

    @Override
    public void announce(String role, Output announcement) {
      announcements.accept(role, announcement);
    }
  }

  /** What is sent all the time and says nothing new. */
  private static boolean isRoutine(Message message) {
    return message instanceof Message.Heartbeat
        || message instanceof Message.HeartbeatReply
        || message instanceof Message.StateRequest
        || message instanceof Message.StateReply;
  }

  /** The state of a role's machine in the running life, or null. */
  @Nullable RoleState state(String role) {
    MemberCore running = core;
    return running == null ? null : running.state(role);
  }

  /** Does something with the running life, if there is one. */
  void run(Consumer<MemberCore> action) {
    if (core == null) {
      tryAgain();
    }
    runIfAlive(action);
  }

  /** The same, but begins no new life. */
  void runIfAlive(Consumer<MemberCore> action) {
    MemberCore running = core;
    if (running == null) {
      return;
    }
    try {
      action.accept(running);
    } catch (StoreFailedException e) {
      end(String.valueOf(e.getMessage()));
    }
  }

  /** Ends the running life. */
  void end(String reason) {
    if (core == null) {
      return;
    }
    core = null;
    retryAtNanos = System.nanoTime() + RETRY_NANOS;
    String told =
        reason
            + "; this member neither votes nor leads until its state can be stored in "
            + config.stateDirectory()
            + " and a new life has begun (tried every second)";
    outOfService = told;
    LOG.error("{} - out of service: {}", config.member(), told);
    change = new Change(false, told);
  }

  private void tryAgain() {
    boolean endIsUntold = change != null;
    if (endIsUntold || System.nanoTime() - retryAtNanos < 0) {
      return;
    }
    retryAtNanos = System.nanoTime() + RETRY_NANOS;
    try {
      boolean nothingStored =
          memberRecord.ballots().isEmpty() && !memberRecord.founding().directory();
      if (!nothingStored) {
        disk.save(memberRecord); // an empty directory must stay empty until the first vote
      }
      self = new Life(config.member(), Incarnations.draw());
      Transport.Listener to = listener;
      if (to != null) {
        transport.start(
            self, to); // messages are sealed for a life, so each has a transport of its own
      }
      core = begin(self);
      outOfService = "";
      change = new Change(true, "the durable state can be written again");
      LOG.info("{} - in service again with incarnation {}", config.member(), self);
    } catch (IOException | StoreFailedException e) {
      LOG.debug("{} - the durable state still cannot be written", config.member(), e);
    }
  }

  /** The last change since this was asked, if any. */
  Optional<Change> pollChange() {
    Optional<Change> last = Optional.ofNullable(change);
    change = null;
    return last;
  }

  long wakeAtNanos() {
    MemberCore running = core;
    return running == null ? retryAtNanos : running.wakeAtNanos();
  }

  /** Whether a member of a cluster of two counts its peer as fenced, for some role. */
  boolean isAlone() {
    MemberCore running = core;
    return running != null && memberRecord.roster().members().size() == 2 && running.isAlone();
  }

  /** The roles of which the running life has heard, reserved ones included. */
  Iterable<String> knownRoles() {
    MemberCore running = core;
    return running == null ? List.of() : running.roles();
  }

  Life self() {
    return self;
  }

  boolean inService() {
    return outOfService.isEmpty();
  }

  /** Why it does not take part now, and what to do; empty if it does. */
  String outOfService() {
    return outOfService;
  }

  Roster roster() {
    MemberCore running = core;
    return running == null ? RosterCodec.known(memberRecord).roster() : running.roster();
  }
}
