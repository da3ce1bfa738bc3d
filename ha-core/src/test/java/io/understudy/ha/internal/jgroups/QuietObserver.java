package io.understudy.ha.internal.jgroups;

import io.understudy.ha.internal.election.Life;
import java.net.InetSocketAddress;

/** Hears nothing: a watch tells its undertaker alone. */
final class QuietObserver implements LinkObserver {
  @Override
  public void authenticated(InetSocketAddress peer, Life life, boolean outgoing) {}

  @Override
  public void refused(InetSocketAddress peer, String reason) {}

  @Override
  public void sameMember(InetSocketAddress peer, Life life) {}

  @Override
  public void disconnected(Life life) {}

  @Override
  public void word(byte[] sealed) {}

  @Override
  public void unreachable(InetSocketAddress peer) {}
}
