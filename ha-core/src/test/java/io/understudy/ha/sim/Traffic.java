package io.understudy.ha.sim;

import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.RoleMachine;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.jgroups.Codec;
import io.understudy.ha.internal.jgroups.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the members of an idle cluster send each other, counted in the simulator: every parcel, and
 * its bytes as the codec writes them. Nothing is measured, so the counts are the same on every
 * machine. {@link #main} prints the curve for the documentation.
 */
final class Traffic {
  /** The default lease, with the heartbeat and the clock error that belong to it. */
  static final TimeValues TIMES = new TimeValues(2_000_000_000L, 400_000_000L, 0.09);

  private static final int[] MEMBERS = {3, 5, 9, 15, 25, 50};
  private static final int[] ROLES = {1, 10, 50, 200};
  private static final long SECONDS = 60;

  private final SimCluster cluster;
  private final int members;
  private final int roles;
  private final long[] parcels;
  private final long[] bytes;
  private long envelopes;
  private boolean counting;

  /** A running cluster in which each role has its leader. */
  private Traffic(int members, int roles, boolean spread) {
    this.members = members;
    this.roles = roles;
    this.parcels = new long[members];
    this.bytes = new long[members];
    this.cluster = cluster(members, roles);
    cluster.network().tap(this::sent);
    cluster.chaos().script(bid(0));
    cluster.members().forEach(cluster::start);
    cluster.chaos().viewsChangeNow();
    cluster.runFor(TIMES.leaseNanos());
    if (spread) {
      spread();
    }
    if (!cluster.runUntil(() -> isWell(spread), 20 * TIMES.leaseNanos())) {
      throw new AssertionError("not every role has the leader that it should have");
    }
    cluster.runFor(2 * TIMES.leaseNanos());
  }

  private static SimCluster cluster(int members, int roles) {
    List<RosterMember> roster = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      roster.add(new RosterMember(Shape.member(i), 1, false));
    }
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= roles; i++) {
      names.add(String.format(Locale.ROOT, "r%03d", i));
    }
    Shape shape = new Shape(new Roster(1, roster), TIMES, names, Shape.Start.FOUNDED);
    Weather calm = new Weather(TIMES.leaseNanos() / 4000);
    return new SimCluster(
        new SimCluster.Parts(shape, calm, Plot.Kind.NONE, new RoleMachine(), new Tally(), null),
        new Dice(1));
  }

  private static Applications.Bid bid(int preferred) {
    return new Applications.Bid(new Input.Candidacy(true, List.of(Shape.member(preferred))), true);
  }

  private void spread() {
    for (int role = 0; role < roles; role++) {
      for (SimMember member : cluster.members()) {
        cluster.run(member, role, bid(role % members));
      }
    }
  }

  private boolean isWell(boolean spread) {
    for (int role = 0; role < roles; role++) {
      SimMember leader = cluster.members().get(spread ? role % members : 0);
      if (!leader.face(role).leads(leader.localNanos())) {
        return false;
      }
    }
    return true;
  }

  private void sent(SimMember from, List<Envelope> together) {
    if (counting) {
      parcels[from.index()]++;
      envelopes += together.size();
      bytes[from.index()] += Codec.encode(new Payload.Parcel(together)).length;
    }
  }

  /** Counts what is sent while so much time passes. */
  static Traffic count(int members, int roles, boolean spread, long nanos) {
    Traffic traffic = new Traffic(members, roles, spread);
    traffic.counting = true;
    traffic.cluster.runFor(nanos);
    return traffic;
  }

  /** All parcels of all members. */
  long parcels() {
    long all = 0;
    for (long of : parcels) {
      all += of;
    }
    return all;
  }

  /** All messages in them. */
  long envelopes() {
    return envelopes;
  }

  private static long most(long[] values) {
    long most = 0;
    for (long value : values) {
      most = Math.max(most, value);
    }
    return most;
  }

  /** Prints, for each number of members and roles, what the busiest member sends in a second. */
  public static void main(String[] args) {
    System.out.println(
        "| members | roles | leaders | messages/s in all | of the busiest member | its KB/s |");
    System.out.println("|--:|--:|---|--:|--:|--:|");
    for (int members : MEMBERS) {
      for (int roles : ROLES) {
        print(members, roles, false);
        if (roles > 1) {
          print(members, roles, true);
        }
      }
    }
  }

  private static void print(int members, int roles, boolean spread) {
    Traffic traffic = count(members, roles, spread, SECONDS * 1_000_000_000L);
    System.out.printf(
        Locale.ROOT,
        "| %d | %d | %s | %.0f | %.1f | %.2f |%n",
        members,
        roles,
        spread ? "spread" : "one",
        (double) traffic.parcels() / SECONDS,
        (double) most(traffic.parcels) / SECONDS,
        (double) most(traffic.bytes) / SECONDS / 1000);
  }
}
