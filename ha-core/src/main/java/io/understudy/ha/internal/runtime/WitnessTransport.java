package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.NodeStatus;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.witness.Question;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transport in a cluster whose witness is a row in a database: what is sent to the witness goes
 * to the database, everything else over the network. Nobody on the network speaks for the witness.
 */
final class WitnessTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(WitnessTransport.class);
  private static final long GOODBYE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long GRACE_LEASES = 3;

  private final Transport network;
  private final HaConfig config;
  private final HaConfig.RowWitness witness;
  private final Function<String, @Nullable RoleState> states;
  private final EventBus events;
  private final long madeNanos = System.nanoTime();
  private volatile @Nullable WitnessClerk clerk;
  private volatile boolean closed;
  private boolean told;
  private boolean serving;

  /**
   * Decorates a transport.
   *
   * @param states the state of a role's machine; asked on the election thread
   */
  WitnessTransport(
      Transport network,
      HaConfig config,
      HaConfig.RowWitness witness,
      Function<String, @Nullable RoleState> states,
      EventBus events) {
    this.network = network;
    this.config = config;
    this.witness = witness;
    this.states = states;
    this.events = events;
  }

  @Override
  public void start(Life self, Listener listener) throws IOException {
    WitnessClerk before = clerk;
    if (before != null) {
      before.close(0); // its questions were another life's
    }
    network.start(self, new WithoutImpostors(listener));
    if (closed) {
      return;
    }
    WitnessClerk fresh =
        new WitnessClerk(
            witness.store(),
            config.cluster(),
            self,
            witness.member(),
            TimeValues.of(config.timing()),
            answer -> listener.received(List.of(answer)));
    clerk = fresh;
    fresh.start();
  }

  /** Two voters under one name would vote twice. */
  private final class WithoutImpostors implements Listener {
    private final Listener listener;

    WithoutImpostors(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void received(List<Envelope> envelopes) {
      List<Envelope> others =
          envelopes.stream().filter(e -> !e.from().member().equals(witness.member())).toList();
      if (!others.isEmpty()) {
        listener.received(others);
      }
    }

    @Override
    public void reachableChanged() {
      listener.reachableChanged();
    }

    @Override
    public void died(Life life, long tookNanos) {
      listener.died(life, tookNanos);
    }

    @Override
    public void refused(String reason) {
      listener.refused(reason);
    }
  }

  @Override
  public Set<MemberId> reachable() {
    Set<MemberId> seen = new TreeSet<>(network.reachable());
    seen.remove(witness.member());
    WitnessClerk running = clerk;
    if (running != null && running.isServing()) {
      seen.add(witness.member());
    }
    return seen;
  }

  @Override
  public void send(MemberId to, List<Envelope> envelopes) {
    if (!to.equals(witness.member())) {
      network.send(to, envelopes);
      return;
    }
    WitnessClerk running = clerk;
    if (running == null) {
      return;
    }
    for (Envelope envelope : envelopes) {
      Question question = Question.of(envelope, states.apply(envelope.role()));
      if (question != null) {
        running.ask(question);
      }
    }
  }

  /** Tells of the witness' loss and return. Election thread. */
  void look() {
    NodeStatus.WitnessStatus now = status();
    boolean early =
        System.nanoTime() - madeNanos < GRACE_LEASES * config.timing().lease().toNanos();
    if (told ? now.reachable() == serving : !now.reachable() && early) {
      return;
    }
    told = true;
    serving = now.reachable();
    if (serving) {
      LOG.info("{} - witness {} answers", config.member(), witness.member());
    } else {
      LOG.warn("{} - witness {} is lost: {}", config.member(), witness.member(), now.trouble());
    }
    events.publish(
        new HaEvent.WitnessChanged(Instant.now(), witness.member(), serving, now.trouble()));
  }

  NodeStatus.WitnessStatus status() {
    WitnessClerk running = clerk;
    return running == null
        ? new NodeStatus.WitnessStatus(witness.member(), false, "not connected yet")
        : new NodeStatus.WitnessStatus(witness.member(), running.isServing(), running.trouble());
  }

  /** What an operator should mend, a sentence each. */
  List<String> warnings() {
    WitnessClerk running = clerk;
    if (running == null) {
      return List.of();
    }
    String trouble = running.trouble();
    return trouble.isEmpty()
        ? running.warnings()
        : List.of(
            "witness "
                + witness.member()
                + " does not vote: "
                + trouble
                + "; while that lasts the other members must hold a quorum alone");
  }

  @Override
  public void close() {
    closed = true;
    WitnessClerk running = clerk;
    if (running != null) {
      running.close(GOODBYE_NANOS); // a resignation may be on its way
    }
    network.close();
    if (running != null) {
      running.join(GOODBYE_NANOS);
    }
  }
}
