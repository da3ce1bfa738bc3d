package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.Output.Outcome;
import io.understudy.ha.internal.election.RoleMachine;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterChange;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.jgroups.ChannelTransport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What leaves a core in one turn, and in which order. */
final class MemberCoreTest {
  private static final int ROLES = 100;
  private static final long LEASE = 1_000_000_000L;
  private static final MemberId SELF = MemberId.of("n1");
  private static final MemberId PEER = MemberId.of("n2");
  private static final TimeValues TIMES = new TimeValues(LEASE, LEASE / 5, 0.09);

  private final World world = new World();
  private final MemberCore core =
      new MemberCore(new Life(SELF, 1), TIMES, new RoleMachine(), world, founded());

  /** A clock that the test moves, and a log of what the core wants done. */
  private static final class World implements Ports {
    long nowNanos = 1;
    boolean diskFails;
    final List<String> log = new ArrayList<>();
    final List<List<Envelope>> parcels = new ArrayList<>();
    final List<Output.Answer> answers = new ArrayList<>();
    MemberRecord saved = founded();

    @Override
    public long nanos() {
      return nowNanos++; // no two looks are the same
    }

    @Override
    public void send(MemberId to, List<Envelope> envelopes) {
      log.add("send");
      parcels.add(envelopes);
    }

    @Override
    public void save(MemberRecord changed) throws IOException {
      if (diskFails) {
        throw new IOException("no space left");
      }
      log.add("save");
      saved = changed;
    }

    @Override
    public void announce(String role, Output announcement) {
      log.add(announcement.getClass().getSimpleName());
      if (announcement instanceof Output.Answer answer) {
        answers.add(answer);
      }
    }

    void forget() {
      log.clear();
      parcels.clear();
    }
  }

  private static MemberRecord founded() {
    Roster roster =
        new Roster(1, List.of(new RosterMember(SELF, 3, false), new RosterMember(PEER, 1, false)));
    Founding founding = new Founding(Map.of(SELF, 1L, PEER, 2L), true);
    return new MemberRecord(SELF, "test", roster, 10 * LEASE, founding, new TreeMap<>());
  }

  /** It knows all roles and runs for none yet. */
  private void voteInAllRoles() {
    for (int role = 1; role <= ROLES; role++) {
      core.input("r" + role, new Input.Candidacy(false, List.of()));
    }
    core.inputAll(new Input.PeersSeen(Set.of(PEER)));
    world.forget();
  }

  /** Its own vote is a quorum, so each role is canvassed, nominated and won in one step. */
  private void leadAllRoles() {
    voteInAllRoles();
    runForAllRoles();
  }

  private void runForAllRoles() {
    core.inputAll(new Input.Candidacy(true, List.of()));
  }

  @Test
  void candidaturesOfAllRolesAreOneWriteAndOneMessage() {
    leadAllRoles();
    assertEquals(1, world.log.stream().filter("save"::equals).count());
    assertEquals(ROLES, world.saved.ballots().size());
    assertEquals(ROLES, world.log.stream().filter("Elected"::equals).count());
    assertTrue(world.log.indexOf("save") < world.log.indexOf("Elected"));
    List<Envelope> afterSave = world.parcels.get(world.parcels.size() - 1);
    assertEquals(
        ROLES, afterSave.stream().filter(e -> e.message() instanceof Message.VoteRequest).count());
    assertTrue(world.parcels.size() <= 2, "what was decided before the first store, and the rest");
  }

  @Test
  void whatCannotBeSavedIsNeitherAnnouncedNorSent() {
    voteInAllRoles();
    world.diskFails = true;
    assertThrows(StoreFailedException.class, this::runForAllRoles);
    assertEquals(0, world.saved.ballots().size());
    assertEquals(List.of("send"), world.log, "only the first canvass, which binds nobody");
    assertTrue(world.parcels.get(0).stream().allMatch(e -> e.message() instanceof Message.Canvass));
    world.diskFails = false;
    assertThrows(StoreFailedException.class, core::tick);
    assertEquals(1, world.log.size());
  }

  @Test
  void roundsOfAllRolesAreOneMessageEachHeartbeatWhereverTheyBegan() {
    leadAllRoles();
    core.input("r7", new Input.Write(1, new byte[] {1})); // its round goes out at once
    world.forget();
    long until = world.nowNanos + 10 * TIMES.heartbeatNanos();
    while (core.wakeAtNanos() - until < 0) {
      world.nowNanos = core.wakeAtNanos();
      core.tick();
      // a quorum of one renews its lease without an answer, so nothing else happens
    }
    List<Integer> sizes = world.parcels.stream().map(List::size).toList();
    assertTrue(sizes.size() >= 10 && sizes.size() <= 11, sizes::toString);
    assertTrue(sizes.stream().allMatch(size -> size == ROLES), sizes::toString);
  }

  @Test
  void answersToOneMessageAreOneMessage() {
    List<Envelope> heartbeats = new ArrayList<>();
    Life leader = new Life(PEER, 2);
    for (int role = 1; role <= ROLES; role++) {
      Message.Heartbeat heartbeat =
          new Message.Heartbeat(1, 5, RegisterVersion.NONE, RegisterVersion.NONE, null, null);
      heartbeats.add(new Envelope("r" + role, leader, Life.ANY, core.roster().stamp(), heartbeat));
    }
    core.receive(heartbeats);
    core.receive(heartbeats);
    assertEquals(List.of(ROLES, ROLES), world.parcels.stream().map(List::size).toList());
    assertEquals(1, world.log.stream().filter("save"::equals).count());
  }

  /** The roles that others have declared count too, so this member may learn it late. */
  @Test
  void aRoleTooManyIsToldWhoDeclaresIt() {
    fillWithRolesOfThePeer();

    core.input("one-more", new Input.Candidacy(true, List.of()));

    assertEquals(List.of("Waiting"), world.log);
    assertNull(core.state("one-more"));
  }

  /** Otherwise whoever asks for something of such a role waits for ever. */
  @Test
  void whatIsAskedOfARoleTooManyIsAnswered() {
    fillWithRolesOfThePeer();

    core.input("one-more", new Input.Resign(7, PEER, RevokeReason.HANDED_OVER));
    core.input("one-more", new Input.Write(8, new byte[] {1}));

    assertEquals(
        List.of(
            new Output.Answer(7, Outcome.NOT_LEADER, null),
            new Output.Answer(8, Outcome.NOT_LEADER, null)),
        world.answers);
  }

  private void fillWithRolesOfThePeer() {
    Life peer = new Life(PEER, 2);
    List<Envelope> heartbeats = new ArrayList<>();
    for (int role = 0; role < RoleMachines.MAX_ROLES; role++) {
      Message.Heartbeat heartbeat =
          new Message.Heartbeat(1, 5, RegisterVersion.NONE, RegisterVersion.NONE, null, null);
      heartbeats.add(new Envelope("r" + role, peer, Life.ANY, core.roster().stamp(), heartbeat));
    }
    core.receive(heartbeats);
    world.forget();
  }

  /** Each message by itself must fit into the bounds of the wire, or none is sent at all. */
  @Test
  void whatItHoldsOfManyRolesIsToldInMessagesThatCanBeSent() {
    SortedMap<String, Ballot> ballots = new TreeMap<>();
    for (int role = 0; role < RoleMachines.MAX_ROLES; role++) {
      ballots.put(
          "%064d".formatted(role),
          new Ballot(Long.MAX_VALUE, null, RegisterValue.NONE, Founding.NONE));
    }
    MemberRecord many =
        new MemberRecord(SELF, "test", core.roster(), 10 * LEASE, founded().founding(), ballots);
    MemberCore full = new MemberCore(new Life(SELF, 1), TIMES, new RoleMachine(), world, many);
    world.forget();

    Message.InventoryRequest request = new Message.InventoryRequest(3, List.of());
    full.receive(
        List.of(
            new Envelope(
                RosterChange.ROLE, new Life(PEER, 2), Life.ANY, full.roster().stamp(), request)));

    Set<String> told = new TreeSet<>();
    for (Envelope envelope : world.parcels.get(0)) {
      Envelope arrived = ChannelTransport.overTheWire(List.of(envelope)).get(0);
      told.addAll(((Message.Inventory) arrived.message()).holdings().keySet());
    }
    assertEquals(ballots.keySet(), told);
  }
}
