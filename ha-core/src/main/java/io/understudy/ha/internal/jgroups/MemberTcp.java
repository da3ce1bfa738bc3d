package io.understudy.ha.internal.jgroups;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jgroups.Address;
import org.jgroups.protocols.TCP;

/**
 * JGroups' TCP transport, but a view does not close connections: members talk to each other
 * whatever the view says. A connection on which nothing arrives for a while closes itself.
 */
final class MemberTcp extends TCP {
  private final Set<Address> configured;

  MemberTcp(Collection<? extends Address> configured) {
    this.configured = Set.copyOf(configured);
  }

  @Override
  public void start() throws Exception {
    super.start();
    srv.log(new ConnectionLog());
  }

  @Override
  public void retainAll(Collection<Address> members) {
    Set<Address> wanted = new HashSet<>(members);
    wanted.addAll(configured);
    super.retainAll(wanted);
  }
}
