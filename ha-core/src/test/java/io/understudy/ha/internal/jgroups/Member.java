package io.understudy.ha.internal.jgroups;

import io.understudy.ha.MemberId;
import io.understudy.ha.Secret;
import io.understudy.ha.Timing;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.TimeValues;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;

/** A transport with a listener that remembers what it was told. */
final class Member implements AutoCloseable, TransportListener {
  static final Secret SECRET = Secret.of("a secret of the tests alone");
  static final Timing TIMING = Timing.ofLease(Duration.ofSeconds(1));

  final MemberId id;
  final TransportConfig config;
  final JGroupsTransport transport;
  final Queue<Envelope> received = new ConcurrentLinkedQueue<>();
  final Queue<Hello> hellos = new ConcurrentLinkedQueue<>();
  final Queue<String> incompatible = new ConcurrentLinkedQueue<>();
  final Queue<Life> sameMembers = new ConcurrentLinkedQueue<>();
  final Queue<Life> deaths = new ConcurrentLinkedQueue<>();
  final Queue<String> refusals = new ConcurrentLinkedQueue<>();
  final Queue<String> authentications = new ConcurrentLinkedQueue<>();
  volatile Set<MemberId> reachable = Set.of();
  volatile long reachableNanos;

  Member(TransportConfig config) {
    this.id = config.self().member();
    this.config = config;
    try {
      this.transport = new JGroupsTransport(config, this);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TransportConfig config(String name, int port, List<Integer> ports) {
    return new TransportConfig(
        "test",
        new Life(MemberId.of(name), incarnation()),
        local(port),
        ports.stream().map(Member::local).toList(),
        SECRET,
        TimeValues.of(TIMING),
        new Hello.Presence(1, 42, false),
        true);
  }

  static TransportConfig withSecret(TransportConfig c, String secret) {
    return new TransportConfig(
        c.cluster(),
        c.self(),
        c.bind(),
        c.peers(),
        Secret.of(secret),
        c.times(),
        c.presence(),
        c.crashProof());
  }

  static TransportConfig withCluster(TransportConfig c, String cluster) {
    return new TransportConfig(
        cluster,
        c.self(),
        c.bind(),
        c.peers(),
        c.secret(),
        c.times(),
        c.presence(),
        c.crashProof());
  }

  static TransportConfig withTiming(TransportConfig c, Timing timing) {
    return new TransportConfig(
        c.cluster(),
        c.self(),
        c.bind(),
        c.peers(),
        c.secret(),
        TimeValues.of(timing),
        c.presence(),
        c.crashProof());
  }

  static TransportConfig withCrashProof(TransportConfig c, boolean on) {
    return new TransportConfig(
        c.cluster(), c.self(), c.bind(), c.peers(), c.secret(), c.times(), c.presence(), on);
  }

  static long incarnation() {
    return ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
  }

  static InetSocketAddress local(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  Member start() {
    try {
      transport.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  InetSocketAddress address() {
    return config.bind();
  }

  boolean sees(Member... others) {
    return reachable.equals(
        Set.copyOf(java.util.Arrays.stream(others).map(other -> other.id).toList()));
  }

  /** A small election message of this member. */
  List<Envelope> message(long round) {
    return List.of(envelope(round));
  }

  Envelope envelope(long round) {
    return new Envelope("main", config.self(), Life.ANY, 1, new Message.StateRequest(round));
  }

  @Override
  public void received(List<Envelope> envelopes) {
    received.addAll(envelopes);
  }

  @Override
  public void hello(Hello hello) {
    hellos.add(hello);
  }

  @Override
  public void reachable(Set<MemberId> members) {
    reachable = members;
    reachableNanos = System.nanoTime();
  }

  @Override
  public void died(Life life, long tookNanos) {
    deaths.add(life);
  }

  @Override
  public void incompatible(MemberId member, String why) {
    incompatible.add(member + ": " + why);
  }

  @Override
  public void sameMember(Life other, InetSocketAddress where) {
    sameMembers.add(other);
  }

  @Override
  public void authenticated(InetSocketAddress peer, Life life, boolean outgoing) {
    authentications.add((outgoing ? "to " : "from ") + life + " at " + peer);
  }

  @Override
  public void refused(InetSocketAddress peer, String reason) {
    refusals.add(peer + ": " + reason);
  }

  @Override
  public void close() {
    transport.close();
  }
}
