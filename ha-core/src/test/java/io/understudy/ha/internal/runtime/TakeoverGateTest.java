package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleMachine;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.exclusion.ExclusionMachine;
import io.understudy.ha.internal.exclusion.ExclusionSettings;
import io.understudy.ha.internal.exclusion.Header;
import io.understudy.ha.internal.exclusion.Terms;
import io.understudy.ha.internal.exclusion.Work;
import io.understudy.ha.spi.FenceHook;
import io.understudy.ha.spi.FenceResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gate of a member that leads alone, with a clock and a disk of the test's own. */
class TakeoverGateTest {
  private static final String ROLE = "main";
  private static final long LEASE = 1_000_000_000L;
  private static final MemberId SELF = MemberId.of("n1");
  private static final Life LIFE = new Life(SELF, 7);
  private static final TimeValues TIMES = new TimeValues(LEASE, LEASE / 5, 0.09);

  private final List<String> done = new ArrayList<>();
  private long nowNanos = 1;
  private @Nullable MemberCore core;

  private final TakeoverGate gate =
      new TakeoverGate(
          new ExclusionMachine(),
          new ExclusionSettings(TIMES, true, null),
          () -> new Terms(LEASE, false, false),
          new World());

  private final class World implements TakeoverGate.Ports {
    @Override
    public long nanos() {
      return nowNanos;
    }

    @Override
    public Life self() {
      return LIFE;
    }

    @Override
    public @Nullable RoleState role() {
      return core == null ? null : core.state(ROLE);
    }

    @Override
    public void write(byte[] bytes) {
      done.add("write " + bytes.length);
    }

    @Override
    public void begin() {
      done.add("begin");
    }

    @Override
    public void fence(Life target, long epoch, String reason) {}

    @Override
    public void waiting(String reason) {
      done.add("waiting " + reason);
    }
  }

  private final class Alone implements Ports {
    @Override
    public long nanos() {
      return nowNanos;
    }

    @Override
    public void send(MemberId to, List<Envelope> envelopes) {}

    @Override
    public void save(MemberRecord changed) {}

    @Override
    public void announce(String role, Output announcement) {
      if (announcement instanceof Output.Elected elected) {
        gate.won(elected.epoch());
      }
    }
  }

  /** Elected, with that in its register. */
  private void winWith(byte[] register) {
    Roster roster = new Roster(1, List.of(new RosterMember(SELF, 1, false)));
    Founding founding = new Founding(Map.of(SELF, 1L), true);
    RegisterValue value = new RegisterValue(new RegisterVersion(3, 1), register);
    TreeMap<String, Ballot> ballots = new TreeMap<>();
    ballots.put(ROLE, new Ballot(3, null, value, founding));
    MemberRecord stored =
        new MemberRecord(SELF, "test", roster, TIMES.promiseNanos(), founding, ballots);
    core = new MemberCore(LIFE, TIMES, new RoleMachine(), new Alone(), stored);
    core.input(ROLE, new Input.Candidacy(true, List.of()));
    nowNanos += 2 * TIMES.promiseNanos();
    core.tick();
  }

  /** A vote may have brought it only now, so this member was elected before it could know. */
  @Test
  void writesNothingForWhichThereIsNoRoom() {
    winWith(new byte[Header.MAX_VALUE_BYTES + 1]);
    assertEquals(List.of(), done);
    assertTrue(gate.objection().contains("holds 3969 bytes"), gate.objection());

    gate.stopped(() -> done.add("may move"));
    nowNanos += LEASE;
    gate.tick();

    assertEquals(List.of("may move"), done);
  }

  @Test
  void putsItsNameBeforeTheLongestValue() {
    winWith(new byte[Header.MAX_VALUE_BYTES]);
    assertEquals(1, done.size(), done::toString);
    assertEquals("", gate.objection());
  }

  /** Of two members the election has the other one fenced, before this one leads. */
  @ParameterizedTest
  @CsvSource({"MACHINE, 5, true", "MACHINE, 6, false", "PROCESS, 5, false", "RESOURCE, 5, false"})
  void knowsWhatWasFencedBeforeItLed(FenceHook.Scope scope, long incarnation, boolean enough) {
    MemberId other = MemberId.of("n2");
    gate.fenceAnswered(
        new Input.FenceAnswered(
            new Life(other, incarnation), nowNanos, scope, FenceResult.confirmed("off")));

    Terms terms = new Terms(LEASE, true, false);
    winWith(Header.wrap(new Work(new Life(other, 5), 3, terms), new byte[0]));

    assertEquals(enough, done.get(0).startsWith("write"), done::toString);
    assertEquals(!enough, done.get(0).startsWith("waiting"), done::toString);
  }

  /** People hear of it when it is learned, and not at the next reminder. */
  @Test
  void saysWhatToDoWhenTheMemberRunsWithoutTheRole() {
    Life other = new Life(MemberId.of("n2"), 5);
    winWith(Header.wrap(new Work(other, 3, new Terms(LEASE, true, false)), new byte[0]));
    assertTrue(done.get(0).contains("waits until n2 says so"), done::toString);

    gate.undeclared(other, true);

    assertTrue(done.get(1).contains("declare the role on n2 again"), done::toString);
    gate.undeclared(other, false);
    assertTrue(done.get(2).contains("waits until n2 says so"), done::toString);
    assertEquals(3, done.size());
  }

  /** Who fell silent may run with the role by now. */
  @Test
  void forgetsThatAMemberRunsWithoutTheRoleWhenItsReportDoes() {
    Life other = new Life(MemberId.of("n2"), 5);
    winWith(Header.wrap(new Work(other, 3, new Terms(LEASE, true, false)), new byte[0]));
    gate.undeclared(other, true);
    nowNanos += 2 * LEASE - 1;
    gate.tick();
    assertTrue(done.get(done.size() - 1).contains("declare the role"), done::toString);

    nowNanos++;
    gate.tick();

    assertTrue(done.get(done.size() - 1).contains("waits until n2 says so"), done::toString);
    refusesWordFor(other.member(), true);
    gate.confirmedStopped(other.member(), false);
    assertTrue(done.get(done.size() - 1).startsWith("write"), done::toString);
  }

  @Test
  void takesNoWordForAMemberThatSpeaksForItself() {
    Life other = new Life(MemberId.of("n2"), 5);
    winWith(Header.wrap(new Work(other, 3, new Terms(LEASE, true, false)), new byte[0]));
    refusesWordFor(MemberId.of("n3"), false);

    gate.undeclared(other, false); // it has declared the role
    refusesWordFor(other.member(), true);
    refusesWordFor(other.member(), false);

    gate.undeclared(new Life(other.member(), 6), true);
    gate.confirmedStopped(other.member(), true);
    assertTrue(done.get(done.size() - 1).startsWith("write"), done::toString);
  }

  private void refusesWordFor(MemberId member, boolean heard) {
    assertThrows(OperationRefusedException.class, () -> gate.confirmedStopped(member, heard));
    assertTrue(done.stream().noneMatch(what -> what.startsWith("write")), done::toString);
  }
}
