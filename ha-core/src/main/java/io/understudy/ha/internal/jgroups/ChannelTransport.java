package io.understudy.ha.internal.jgroups;

import io.understudy.ha.HaConfig;
import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.runtime.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The runtime's {@link Transport} over JGroups: one channel for each life of the member. */
public final class ChannelTransport implements Transport {
  private final HaConfig config;

  /** The number of the configured roster. */
  private static final long FIRST = 1;

  private volatile Roster roster;
  private volatile @Nullable JGroupsTransport channel;
  private @Nullable Admission admission;
  private boolean closed;

  /** For a configured member that uses this roster. */
  public ChannelTransport(HaConfig config, Roster roster) {
    this.config = config;
    this.roster = roster;
  }

  @Override
  public synchronized void start(Life self, Listener listener) throws IOException {
    if (closed) {
      throw new IOException("the node is closed");
    }
    closeChannel();
    Admission judge = admission;
    if (judge == null) { // one for all lives: who was admitted once is no newcomer
      judge = new Admission(config, listener::refused);
      admission = judge;
    }
    JGroupsTransport fresh =
        new JGroupsTransport(
            TransportConfig.of(config, self.incarnation(), presence()),
            new Incoming(listener, TimeValues.of(config.timing()), this::presence, judge));
    channel = fresh;
    fresh.start();
  }

  private Hello.Presence presence() {
    return Hello.Presence.of(roster, false);
  }

  @Override
  public void roster(Roster changed) {
    roster = changed;
    JGroupsTransport open = channel;
    if (open != null) {
      open.presence(presence());
    }
  }

  @Override
  public Set<MemberId> reachable() {
    JGroupsTransport open = channel;
    return open == null ? Set.of() : open.reachable();
  }

  @Override
  public void send(MemberId to, List<Envelope> envelopes) {
    JGroupsTransport open = channel;
    if (open != null) {
      open.send(to, envelopes);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    closeChannel();
  }

  /**
   * What arrives when messages are sent, without sending them.
   *
   * @throws IllegalStateException if they cannot be read again
   */
  public static List<Envelope> overTheWire(List<Envelope> envelopes) {
    try {
      Payload payload = Codec.decode(Codec.encode(new Payload.Parcel(envelopes)));
      return ((Payload.Parcel) payload).envelopes();
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("the codec cannot read what it wrote", e);
    }
  }

  private void closeChannel() {
    JGroupsTransport open = channel;
    channel = null;
    if (open != null) {
      open.close();
    }
  }

  /** Sorts what comes from the wire: messages, signs of life, and reasons not to be here. */
  private record Incoming(
      Listener listener,
      TimeValues times,
      Supplier<Hello.Presence> presence,
      Admission admission,
      Set<MemberId> strangers)
      implements TransportListener {
    Incoming(
        Listener listener,
        TimeValues times,
        Supplier<Hello.Presence> presence,
        Admission admission) {
      this(listener, times, presence, admission, ConcurrentHashMap.newKeySet());
    }

    @Override
    public void received(List<Envelope> envelopes) {
      if (!strangers.contains(envelopes.get(0).from().member())) {
        listener.received(envelopes);
      }
    }

    @Override
    public void hello(Hello hello) {
      if (!hello.times().equals(times)) {
        return; // told by incompatible()
      }
      MemberId member = hello.from().member();
      Hello.Presence theirs = hello.presence();
      Hello.Presence own = presence.get();
      // Later rosters are told apart by those who keep them; two of a number are no mistake.
      if (own.rosterVersion() == FIRST
          && theirs.rosterVersion() == FIRST
          && theirs.rosterHash() != own.rosterHash()) {
        strangers.add(member);
        admission.doubted(
            member
                + " has another roster of the same version "
                + own.rosterVersion()
                + "; give all members the same roster, and a member that had another one an empty"
                + " state directory");
      } else {
        strangers.remove(member);
        admission.accepted();
      }
    }

    @Override
    public void reachable(Set<MemberId> members) {
      listener.reachableChanged();
    }

    @Override
    public void died(Life life, long tookNanos) {
      if (!strangers.contains(life.member())) {
        listener.died(life, tookNanos);
      }
    }

    @Override
    public void incompatible(MemberId member, String why) {
      admission.doubted("member " + member + ": " + why);
    }

    @Override
    public void sameMember(Life other, InetSocketAddress where) {
      admission.doubled(other, where);
    }

    @Override
    public void authenticated(InetSocketAddress peer, Life life, boolean outgoing) {
      admission.authenticated();
    }

    @Override
    public void refused(InetSocketAddress peer, String reason) {
      admission.refused(peer, reason);
    }
  }
}
