package io.understudy.ha;

import io.understudy.ha.spi.WitnessStore;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects the faults of a configuration, each with the value found and the value wanted. Where a
 * value is faulty a placeholder is returned so that the rest can be checked too; {@link
 * #throwIfFaulty()} keeps it from being used.
 */
final class Validation {
  private static final Duration MIN_LEASE = Duration.ofMillis(100);
  private static final Duration MAX_LEASE = Duration.ofMinutes(10);
  private static final Duration MIN_HEALTH_TIME = Duration.ofMillis(10);
  private static final Duration MAX_HEALTH_TIME = Duration.ofDays(1);
  private static final int MAX_HEALTH_CHECKS = 64;
  private static final Duration MIN_HEARTBEAT = Duration.ofMillis(10);
  private static final double MAX_CLOCK_RATE_ERROR = 0.5;
  private static final MemberId NOBODY = new MemberId("nobody");
  private static final InetSocketAddress NOWHERE = InetSocketAddress.createUnresolved("nowhere", 1);

  private final List<String> faults = new ArrayList<>();

  void throwIfFaulty() {
    if (!faults.isEmpty()) {
      throw new HaConfigurationException(faults);
    }
  }

  String clusterName(@Nullable String name) {
    return id("cluster", name).value();
  }

  MemberId member(@Nullable String name) {
    return id("member", name);
  }

  List<RosterMember> roster(List<String> entries, MemberId self, boolean witness) {
    List<RosterMember> members = new ArrayList<>();
    Set<MemberId> seen = new HashSet<>();
    for (String entry : entries) {
      attempt(() -> members.add(RosterMember.parse(entry)));
    }
    for (RosterMember entry : members) {
      if (!seen.add(entry.member())) {
        faults.add("roster names member " + entry.member() + " twice; each member is named once");
      }
    }
    if (members.stream().mapToInt(RosterMember::votes).sum() == 0) {
      faults.add("roster has no votes: name the members that vote, for example n1,n2,n3");
    } else if (!self.equals(NOBODY)) {
      checkSelf(members, self, witness);
    }
    return members;
  }

  private void checkSelf(List<RosterMember> members, MemberId self, boolean witness) {
    RosterMember own =
        members.stream().filter(m -> m.member().equals(self)).findFirst().orElse(null);
    if (own == null) {
      faults.add("roster does not name this member, " + self + "; it names " + names(members));
    } else if (own.witness() != witness) {
      faults.add(
          "member "
              + self
              + (witness ? " is configured as a witness" : " is no witness")
              + " but the roster says "
              + (own.witness() ? "'" + self + ":witness'" : "'" + self + "'")
              + "; make both agree");
    }
    if (members.stream().allMatch(RosterMember::witness)) {
      faults.add(
          "roster has witnesses only, "
              + names(members)
              + "; at least one member must be able to lead");
    }
  }

  private static List<MemberId> names(List<RosterMember> members) {
    return members.stream().map(RosterMember::member).toList();
  }

  Optional<HaConfig.RowWitness> rowWitness(
      @Nullable String name,
      @Nullable WitnessStore store,
      List<RosterMember> roster,
      MemberId self) {
    if (name == null || store == null) {
      return Optional.empty();
    }
    MemberId member = id("witnessStore", name);
    boolean isWitness =
        roster.stream().anyMatch(entry -> entry.member().equals(member) && entry.witness());
    if (!isWitness || member.equals(self)) {
      faults.add(
          "witnessStore is for member "
              + member
              + ", which is "
              + (member.equals(self) ? "this process" : "no witness of the roster")
              + "; the roster must have '"
              + member
              + ":witness', and no process runs under that name");
    }
    return Optional.of(new HaConfig.RowWitness(member, store));
  }

  InetSocketAddress address(String what, @Nullable String text) {
    if (text == null) {
      faults.add(what + " is missing; give host:port, for example 10.0.0.1:7801");
      return NOWHERE;
    }
    int colon = text.lastIndexOf(':');
    int port = colon < 1 ? -1 : port(text.substring(colon + 1));
    if (port < 1 || port > 65_535) {
      faults.add(what + " is '" + text + "'; host:port with a port of 1 to 65535 is wanted");
      return NOWHERE;
    }
    InetSocketAddress address = new InetSocketAddress(text.substring(0, colon), port);
    if (address.isUnresolved()) {
      faults.add(what + " names host '" + text.substring(0, colon) + "', which does not resolve");
    }
    return address;
  }

  private static int port(String text) {
    return text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : -1;
  }

  List<InetSocketAddress> peers(List<String> texts, InetSocketAddress bind, int rosterSize) {
    List<InetSocketAddress> peers = texts.stream().map(text -> address("peers", text)).toList();
    boolean allGood = !peers.contains(NOWHERE) && !bind.equals(NOWHERE);
    if (allGood && !bind.getAddress().isAnyLocalAddress() && !peers.contains(bind)) {
      faults.add(
          "peers " + texts + " do not contain bind " + bind + "; list every member, this one too");
    }
    if (allGood && peers.size() < rosterSize) {
      faults.add(
          "peers has "
              + peers.size()
              + " addresses for a roster of "
              + rosterSize
              + "; list one for each member");
    }
    return peers;
  }

  @SuppressWarnings("NullAway") // a null is never used: throwIfFaulty() comes first
  <T> T present(String what, @Nullable T value, String wanted) {
    if (value == null) {
      faults.add(what + " is missing; give " + wanted);
    }
    return value;
  }

  void timing(Timing timing) {
    Duration lease = timing.lease();
    Duration heartbeat = timing.heartbeat();
    if (lease.compareTo(MIN_LEASE) < 0 || lease.compareTo(MAX_LEASE) > 0) {
      faults.add(
          "lease is "
              + lease.toMillis()
              + " ms; "
              + MIN_LEASE.toMillis()
              + " ms to "
              + MAX_LEASE.toMinutes()
              + " min are possible");
    }
    if (heartbeat.compareTo(MIN_HEARTBEAT) < 0 || heartbeat.multipliedBy(3).compareTo(lease) > 0) {
      faults.add(
          "heartbeat is "
              + heartbeat.toMillis()
              + " ms; at least "
              + MIN_HEARTBEAT.toMillis()
              + " ms and at most a third of the lease ("
              + lease.toMillis()
              + " ms) are wanted");
    }
    double rho = timing.clockRateError();
    if (!(rho >= 0 && rho < MAX_CLOCK_RATE_ERROR)) {
      faults.add(
          "clock rate error is "
              + rho
              + "; at least 0 and below "
              + MAX_CLOCK_RATE_ERROR
              + " are possible");
    }
  }

  void roles(List<RoleSpec> roles, boolean witness) {
    Set<String> names = new HashSet<>();
    for (RoleSpec role : roles) {
      if (!names.add(role.name())) {
        faults.add("role '" + role.name() + "' is declared twice; declare it once");
      }
    }
    if (names.size() > HaNode.MAX_ROLES) {
      faults.add(
          names.size()
              + " roles are declared; a cluster can have "
              + HaNode.MAX_ROLES
              + ": let one role stand for several jobs, or form several clusters");
    }
    if (witness && !roles.isEmpty()) {
      faults.add(
          "a witness votes for every role and leads none, but declares "
              + names
              + "; declare no role on it");
    }
  }

  void fence(@Nullable FencePlan fence, List<RosterMember> roster) {
    if (fence != null) {
      faults.addAll(fence.faults());
    }
    ThirdVote.missing("roster has", roster, fence).ifPresent(faults::add);
  }

  void guardian(@Nullable Guardian guardian, List<RoleSpec> roles, long pid) {
    if (guardian == null) {
      return;
    }
    if (pid == 1) {
      faults.add(
          "guardian: this JVM is process 1 of its container, which the kernel lets nobody in the"
              + " container kill; run it under an init program (docker run --init, tini)");
    }
    for (RoleSpec role : roles) {
      attempt(() -> role.group().stopCommands());
    }
  }

  void health(List<HaConfig.Health> checks) {
    Set<String> names = new HashSet<>();
    for (HaConfig.Health check : checks) {
      if (!names.add(check.name())) {
        faults.add("health check '" + check.name() + "' is given twice; give each its own name");
      }
      healthTime(check.name(), "interval", check.interval());
      healthTime(check.name(), "timeout", check.timeout());
    }
    if (checks.size() > MAX_HEALTH_CHECKS) {
      faults.add(
          checks.size() + " health checks are given; " + MAX_HEALTH_CHECKS + " are possible");
    }
  }

  private void healthTime(String check, String what, Duration time) {
    if (time.compareTo(MIN_HEALTH_TIME) < 0 || time.compareTo(MAX_HEALTH_TIME) > 0) {
      faults.add(
          "health check '"
              + check
              + "' has "
              + what
              + " "
              + time.toMillis()
              + " ms; "
              + MIN_HEALTH_TIME.toMillis()
              + " ms to "
              + MAX_HEALTH_TIME.toDays()
              + " day are possible");
    }
  }

  private MemberId id(String what, @Nullable String name) {
    if (name == null) {
      faults.add(what + " is missing; give 1 to 64 characters of A-Z a-z 0-9 . _ -");
      return NOBODY;
    }
    MemberId[] id = {NOBODY};
    attempt(() -> id[0] = new MemberId(name));
    return id[0];
  }

  private void attempt(Runnable check) {
    try {
      check.run();
    } catch (IllegalArgumentException e) {
      faults.add(String.valueOf(e.getMessage()));
    }
  }
}
