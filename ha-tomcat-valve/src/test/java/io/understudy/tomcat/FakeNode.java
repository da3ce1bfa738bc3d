package io.understudy.tomcat;

import io.understudy.ha.HaEvent;
import io.understudy.ha.HaNode;
import io.understudy.ha.LeaderInfo;
import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.NodeStatus;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.Role;
import io.understudy.ha.RoleRegister;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Subscription;
import io.understudy.ha.Timing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A node whose state a test sets. It tells of no change by itself: see {@link #tell}. */
final class FakeNode implements HaNode {
  private final MemberId self = MemberId.of("n1");
  private final Map<String, FakeRole> roles = new ConcurrentSkipListMap<>();
  private final List<Consumer<? super HaEvent>> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean quorum = true;

  /** The role of that name; declares it, led by nobody, if need be. */
  FakeRole with(String role) {
    return roles.computeIfAbsent(role, FakeRole::new);
  }

  void quorum(boolean held) {
    quorum = held;
  }

  void tell(HaEvent event) {
    listeners.forEach(listener -> listener.accept(event));
  }

  int listeners() {
    return listeners.size();
  }

  @Override
  public MemberId member() {
    return self;
  }

  @Override
  public String cluster() {
    return "shop";
  }

  @Override
  public Timing timing() {
    return Timing.DEFAULT;
  }

  @Override
  public Role declare(RoleSpec spec) {
    return with(spec.name());
  }

  @Override
  public Optional<Role> role(String name) {
    return Optional.ofNullable(roles.get(name));
  }

  @Override
  public boolean hasQuorum() {
    return quorum;
  }

  @Override
  public NodeStatus status() {
    List<NodeStatus.RoleStatus> seen = roles.values().stream().map(FakeRole::status).toList();
    return new NodeStatus(self, "shop", "a1", quorum, true, false, List.of(), 1, List.of(), seen);
  }

  @Override
  public void standby(boolean on) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void confirmEmptyState() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void confirmFenced(MemberId member) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Subscription subscribe(Consumer<? super HaEvent> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public void close() {
    quorum(false);
  }

  /** A role whose leader a test sets. */
  final class FakeRole implements Role {
    private final String name;
    private volatile Optional<LeaderInfo> leader = Optional.empty();
    private volatile boolean leaseEnded;

    FakeRole(String name) {
      this.name = name;
    }

    void ledBy(String member, long epoch) {
      leader = Optional.of(new LeaderInfo(MemberId.of(member), epoch));
      leaseEnded = false;
    }

    void ledByNobody() {
      leader = Optional.empty();
    }

    /** The lease of this member ran out, and nothing has noticed yet. */
    void endLease() {
      leaseEnded = true;
    }

    NodeStatus.RoleStatus status() {
      return new NodeStatus.RoleStatus(name, leader, isLeader(), 0, RegisterVersion.NONE, "");
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean isLeader() {
      return !leaseEnded && leader.filter(info -> info.member().equals(self)).isPresent();
    }

    @Override
    public Optional<LeaderInfo> leader() {
      return leader;
    }

    @Override
    public Optional<Leadership> leadership() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Leadership awaitLeadership(Duration timeout) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Void> resign() {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<LeaderInfo> handOver(MemberId successor) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void resetFailCount() {
      throw new UnsupportedOperationException();
    }

    @Override
    public RoleRegister register() {
      throw new UnsupportedOperationException();
    }
  }
}
