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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The runtime's {@link Transport} over JGroups: one channel for each life of the member. */
public final class ChannelTransport implements Transport {
  private final HaConfig config;
  private final Roster roster;
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
    Hello.Presence presence = Hello.Presence.of(roster, false);
    Admission judge = admission;
    if (judge == null) { // one for all lives: who was admitted once is no newcomer
      judge = new Admission(config, listener::refused);
      admission = judge;
    }
    JGroupsTransport fresh =
        new JGroupsTransport(
            TransportConfig.of(config, self.incarnation(), presence),
            new Incoming(listener, TimeValues.of(config.timing()), presence, judge));
    channel = fresh;
    fresh.start();
  }

  @Override
  public Set<MemberId> reachable() {
    JGroupsTransport open = channel;
    return open == null ? Set.of() : open.reachable();
  }

  @Override
  public void send(MemberId to, Envelope envelope) {
    JGroupsTransport open = channel;
    if (open != null) {
      open.send(to, envelope);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    closeChannel();
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
      Hello.Presence own,
      Admission admission,
      Set<MemberId> strangers)
      implements TransportListener {
    Incoming(Listener listener, TimeValues times, Hello.Presence own, Admission admission) {
      this(listener, times, own, admission, ConcurrentHashMap.newKeySet());
    }

    @Override
    public void received(Envelope envelope) {
      if (!strangers.contains(envelope.from().member())) {
        listener.received(envelope);
      }
    }

    @Override
    public void hello(Hello hello) {
      if (!hello.times().equals(times)) {
        return; // told by incompatible()
      }
      MemberId member = hello.from().member();
      Hello.Presence theirs = hello.presence();
      if (theirs.rosterVersion() == own.rosterVersion()
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
