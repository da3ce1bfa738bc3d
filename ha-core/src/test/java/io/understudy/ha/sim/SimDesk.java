package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.runtime.MemberCore;
import io.understudy.ha.internal.witness.Errand;
import io.understudy.ha.internal.witness.Question;
import io.understudy.ha.internal.witness.WitnessDesk;
import io.understudy.ha.spi.WitnessStore;

/**
 * The desk of one life and its connection. A statement takes its time to get there; whether it was
 * executed is not known when the connection ends, and it may still be executed after that.
 */
final class SimDesk {
  private final SimCluster cluster;
  private final SimWitness witness;
  private final SimMember member;
  private final Life life;
  private final WitnessDesk desk;
  private final long lease;
  private boolean connected;
  private boolean busy;
  private long connection;
  private long wakeToken;

  SimDesk(SimCluster cluster, SimWitness witness, SimMember member) {
    this.cluster = cluster;
    this.witness = witness;
    this.member = member;
    this.life = member.life();
    this.lease = cluster.shape().times().leaseNanos();
    this.desk =
        new WitnessDesk(
            life, witness.self().id(), cluster.shape().times(), witness.rules(), witness::newLife);
  }

  private boolean isAlive() {
    return member.isUp() && member.life().equals(life);
  }

  void ask(Envelope envelope) {
    if (isAlive()) {
      MemberCore core = member.core();
      RoleState state = core == null ? null : core.state(envelope.role());
      Question question = Question.of(envelope, state);
      if (question != null) {
        desk.ask(question);
        pump();
      }
    }
  }

  // ---- the connection

  void reconnect() {
    if (!isAlive() || connected) {
      return;
    }
    long attempt = ++connection;
    cluster.later(
        witness.chaos().halfTripNanos(),
        () -> {
          boolean answers = reachesServer() && !isCutOff() && attempt == connection;
          if (answers && isAlive() && !member.isPaused()) {
            connected = true;
            busy = false;
            witness.open(member);
            pump();
          } else if (isAlive() && attempt == connection) {
            cluster.later(lease / 10, this::reconnect);
          }
        });
  }

  void lostConnection() {
    if (!isAlive() || !connected) {
      return;
    }
    if (member.isPaused()) {
      cluster.later(lease / 50, this::lostConnection);
      return;
    }
    connected = false;
    busy = false;
    connection++;
    if (witness.bug() == null || witness.bug().forgetsAtBreak()) {
      desk.broken();
    } else {
      desk.abandon();
    }
    if (cluster.tracing()) {
      cluster.trace(member, "** connection to the database lost");
    }
    reconnect();
  }

  private boolean reachesServer() {
    return !witness.isDown() && !cluster.network().isCut(member.index(), witness.self().index());
  }

  private boolean isCutOff() {
    return cluster.network().isCut(witness.self().index(), member.index());
  }

  // ---- errands

  private void pump() {
    if (!isAlive() || !connected || busy) {
      return;
    }
    Errand errand = desk.next(member.localNanos());
    deliver();
    if (errand != null) {
      send(errand);
    } else {
      long token = ++wakeToken;
      long delay = member.clock().realAt(desk.wakeAtNanos(), cluster.now()) - cluster.now();
      cluster.later(
          delay + cluster.chaos().slowness().timerLatency(),
          () -> {
            if (token == wakeToken) {
              pumpWhenAwake();
            }
          });
    }
  }

  private void pumpWhenAwake() {
    if (member.isPaused()) {
      cluster.later(lease / 50, this::pumpWhenAwake);
    } else {
      pump();
    }
  }

  private void send(Errand errand) {
    busy = true;
    long sentNanos = member.localNanos();
    long over = connection;
    int server = witness.serverLife();
    boolean creates = errand instanceof Errand.Create;
    if (creates) {
      witness.creationBegins();
    }
    cluster.later(
        witness.chaos().requestTripNanos(errand),
        () -> {
          if (creates) {
            witness.creationEnds();
          }
          if (reachesServer() && server == witness.serverLife()) {
            if (over != connection || !isAlive()) {
              witness.count(RowFault.EXECUTED_AFTER_THE_END);
            }
            Object result = witness.execute(errand);
            cluster.later(
                witness.chaos().halfTripNanos(), () -> answered(over, errand, result, sentNanos));
          }
        });
    cluster.later(
        lease,
        () -> {
          if (over == connection && busy && waitsFor == errand) {
            lostConnection();
          }
        });
    waitsFor = errand;
  }

  private Errand waitsFor = new Errand.Read();

  private void answered(long over, Errand errand, Object result, long sentNanos) {
    if (isCutOff()) {
      witness.count(RowFault.ANSWER_LOST);
      return;
    }
    if (over != connection || !isAlive() || waitsFor != errand) {
      return;
    }
    if (member.isPaused()) {
      cluster.later(lease / 50, () -> answered(over, errand, result, sentNanos));
      return;
    }
    busy = false;
    waitsFor = new Errand.Read();
    long receivedNanos = member.localNanos();
    if (witness.bug() != null) {
      receivedNanos = witness.bug().seenAt(sentNanos, receivedNanos);
    }
    if (result instanceof WitnessStore.Content content) {
      desk.read(content, receivedNanos);
    } else {
      desk.written((Boolean) result, receivedNanos);
    }
    pump();
  }

  private void deliver() {
    for (Envelope answer : desk.takeAnswers()) {
      if (cluster.tracing()) {
        cluster.trace(member, "   desk: " + answer.message());
      }
      cluster.plan(cluster.dice().between(0, lease / 1000), member, answer);
    }
  }
}
