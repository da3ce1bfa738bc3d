package io.understudy.ha.internal.witness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.spi.WitnessRow;
import io.understudy.ha.spi.WitnessRow.Holder;
import io.understudy.ha.spi.WitnessRow.RosterMark;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowRulesTest {
  private static final MemberId N1 = MemberId.of("n1");
  private static final MemberId N2 = MemberId.of("n2");
  private static final MemberId W1 = MemberId.of("w1");
  private static final Life LEADER = new Life(N1, 11);
  private static final Life RIVAL = new Life(N2, 22);
  private static final TimeValues TIMES = new TimeValues(1_000, 200, 0.1);
  private static final long P = TIMES.promiseNanos();
  private static final RegisterValue VALUE =
      new RegisterValue(new RegisterVersion(5, 3), new byte[] {1});
  private static final RosterMark SEED = new RosterMark(0, 1, -9);
  private static final WitnessRow.Register STORED = new WitnessRow.Register(5, 3, new byte[] {1});
  private final RowRules rules = new RowRules();

  private static WitnessRow row(@Nullable Holder promisedTo) {
    return new WitnessRow("jobs", 77, 9, SEED, 5, new Holder("n1", 11), promisedTo, STORED);
  }

  private static WitnessRow promisedToLeader() {
    return row(new Holder("n1", 11));
  }

  private Verdict judge(@Nullable WitnessRow row, Question question, long since, long now) {
    return judge(row, question, since, now, Map.of("n1", 11L, "n2", 22L));
  }

  private Verdict judge(
      @Nullable WitnessRow row,
      Question question,
      long since,
      long now,
      Map<String, Long> sessions) {
    Sighting sighting = rules.see(null, row, since);
    return rules.judge(
        new Rules.Scene(W1, TIMES, row, row == null, sighting, sessions, question, 88, now));
  }

  private static Question asks(Life from, Message message) {
    return new Question(new Envelope("jobs", from, Life.ANY, 1, message), SEED, null);
  }

  private static Question votes(Life from, long epoch, Evidence... evidence) {
    return asks(from, new Message.VoteRequest(epoch, 50, List.of(evidence)));
  }

  private static Message.VoteReply reply(Verdict verdict) {
    return assertInstanceOf(Message.VoteReply.class, verdict.answer());
  }

  @ParameterizedTest
  @CsvSource({"1, false", "0, true", "-1, true"})
  void aRivalGetsTheVoteAfterItSawNothingChangeForAPromise(long left, boolean granted) {
    Verdict verdict = judge(promisedToLeader(), votes(RIVAL, 6), 100, 100 + P - left);
    assertEquals(granted, reply(verdict).granted());
    assertEquals(Math.max(0, left), reply(verdict).boundForNanos());
  }

  @Test
  void aGrantIsAPromiseOfTheNextVersion() {
    Verdict verdict = judge(row(null), votes(RIVAL, 6), 100, 100);
    WitnessRow next = verdict.next();
    assertNotNull(next);
    assertEquals(10, next.version());
    assertEquals(77, next.life());
    assertEquals(6, next.epoch());
    assertEquals(new Holder("n2", 22), next.votedFor());
    assertEquals(new Holder("n2", 22), next.promisedTo());
    assertEquals(VALUE, reply(verdict).register());
  }

  @Test
  void theHoldersOwnNextLifeWaitsToo() {
    Life nextLife = new Life(N1, 12);
    assertFalse(reply(judge(promisedToLeader(), votes(nextLife, 6), 100, 101)).granted());
    assertTrue(reply(judge(promisedToLeader(), votes(LEADER, 6), 100, 101)).granted());
  }

  @Test
  void evidenceReleasesTheLifeThatItNames() {
    Evidence[] good = {new Evidence.Died(LEADER), new Evidence.Resigned(LEADER, 5)};
    Evidence[] bad = {
      new Evidence.Died(new Life(N1, 10)),
      new Evidence.Resigned(LEADER, 4),
      new Evidence.Died(RIVAL)
    };
    for (Evidence fact : good) {
      assertTrue(reply(judge(promisedToLeader(), votes(RIVAL, 6, fact), 100, 100)).granted());
    }
    for (Evidence fact : bad) {
      assertFalse(reply(judge(promisedToLeader(), votes(RIVAL, 6, fact), 100, 100)).granted());
    }
  }

  @Test
  void anEpochIsVotedForOnce() {
    assertFalse(reply(judge(row(null), votes(RIVAL, 5), 0, 9 * P)).granted());
    assertFalse(reply(judge(row(null), votes(RIVAL, 4), 0, 9 * P)).granted());
    assertTrue(reply(judge(row(null), votes(LEADER, 5), 0, 9 * P)).granted());
  }

  @Test
  void aCanvassIsAnsweredAlikeAndWritesNothing() {
    Question canvass = asks(RIVAL, new Message.Canvass(3, List.of()));
    Verdict bound = judge(promisedToLeader(), canvass, 100, 150);
    assertEquals(new Message.CanvassReply(3, false, 5, P - 50), bound.answer());
    Verdict free = judge(promisedToLeader(), canvass, 100, 100 + P);
    assertEquals(new Message.CanvassReply(3, true, 5, 0), free.answer());
    assertNull(free.next());
  }

  private static Question beats(Life from, long epoch, @Nullable Leading leading) {
    Message beat =
        new Message.Heartbeat(epoch, 50, VALUE.version(), RegisterVersion.NONE, VALUE, null);
    return new Question(new Envelope("jobs", from, Life.ANY, 1, beat), SEED, leading);
  }

  @Test
  void aLeaderOfALowerEpochIsToldSo() {
    Verdict verdict = judge(promisedToLeader(), beats(RIVAL, 4, null), 0, 9 * P);
    assertNull(verdict.next());
    Message.HeartbeatReply reply = assertInstanceOf(Message.HeartbeatReply.class, verdict.answer());
    assertFalse(reply.accepted());
    assertEquals(5, reply.voterEpoch());
  }

  @Test
  void aLeaderTakesThePromiseAtOnceBecauseAQuorumElectedIt() {
    Verdict verdict = judge(promisedToLeader(), beats(RIVAL, 7, null), 100, 100);
    WitnessRow next = verdict.next();
    assertNotNull(next);
    assertEquals(7, next.epoch());
    assertEquals(new Holder("n2", 22), next.promisedTo());
    assertEquals(new Holder("n2", 22), next.votedFor());
  }

  @Test
  void onlyTheHolderGivesItsPromiseBack() {
    Message resignation = new Message.Resignation(5, null);
    WitnessRow freed = judge(promisedToLeader(), asks(LEADER, resignation), 0, 1).next();
    assertNotNull(freed);
    assertNull(freed.promisedTo());
    assertEquals(new Holder("n1", 11), freed.votedFor());
    assertNull(judge(promisedToLeader(), asks(RIVAL, resignation), 0, 1).next());
    Message older = new Message.Resignation(4, null);
    assertNull(judge(promisedToLeader(), asks(LEADER, older), 0, 1).next());
  }

  /** Epoch first, then number; a stamp is a hash and has no order. */
  @ParameterizedTest
  @CsvSource({
    "0, 1, -9, true",
    "0, 1, -8, false",
    "0, 2, -9, false",
    "1, 1, -9, false",
    "0, 0, 5, true"
  })
  void anOlderRosterIsNotHeard(long epoch, long version, long stamp, boolean heard) {
    RosterMark written = new RosterMark(epoch, version, stamp);
    WitnessRow row = new WitnessRow("jobs", 77, 9, written, 5, new Holder("n1", 11), null, STORED);
    assertEquals(heard, judge(row, votes(RIVAL, 6), 0, 9 * P).answer() != null);
    WitnessRow next = judge(row, beats(LEADER, 6, null), 0, 9 * P).next();
    assertEquals(heard, next != null && next.roster().equals(SEED));
  }

  // ---- a missing row

  private static Leading leading(long ackedNanos) {
    Roster roster =
        new Roster(
            1,
            List.of(
                new RosterMember(N1, 1, false),
                new RosterMember(N2, 1, false),
                new RosterMember(W1, 1, true)));
    return new Leading(
        LEADER, 6, roster, Map.of(N2, new Leading.Acknowledged(22, ackedNanos)), VALUE);
  }

  @Test
  void aMissingRowNeitherVotesNorAcknowledges() {
    assertFalse(reply(judge(null, votes(RIVAL, 6), 0, 9 * P)).granted());
    assertNull(judge(null, beats(LEADER, 6, null), 0, 9 * P).answer());
    assertNull(judge(null, asks(LEADER, new Message.Resignation(6, null)), 0, 9 * P).next());
  }

  /**
   * As with a lost disk: what the row may have promised must have run out, and what the others say
   * must have been asked after that.
   */
  @ParameterizedTest
  @CsvSource({"0, 0, true", "-1, 0, false", "0, -1, false", "5, 3, true"})
  void aMissingRowIsCreatedByALeaderThatAQuorumHeardAfterTheWait(
      long nowAfterP, long ackedAfterP, boolean created) {
    Question beat = beats(LEADER, 6, leading(100 + P + ackedAfterP));
    WitnessRow row = judge(null, beat, 100, 100 + P + nowAfterP).next();
    assertEquals(created, row != null);
    if (row != null) {
      assertEquals(new WitnessRow("jobs", 88, 1, SEED, 6, holder(), holder(), STORED), row);
    }
  }

  private static Holder holder() {
    return new Holder("n1", 11);
  }

  /** Two databases for one witness would be two witnesses. */
  @Test
  void aMissingRowIsNotCreatedWhereAnotherMemberHasNoSession() {
    Question beat = beats(LEADER, 6, leading(100 + P));
    assertNull(judge(null, beat, 100, 100 + P, Map.of("n1", 11L)).next());
    assertNull(judge(null, beat, 100, 100 + P, Map.of("n1", 11L, "n2", 21L)).next());
    assertNotNull(judge(null, beat, 100, 100 + P, Map.of("n1", 11L, "n2", 22L)).next());
  }

  @Test
  void anotherVersionIsAnotherSighting() {
    Sighting first = rules.see(null, promisedToLeader(), 100);
    assertEquals(first, rules.see(first, promisedToLeader(), 200));
    WitnessRow renewed = new WitnessRow("jobs", 77, 10, SEED, 5, holder(), holder(), STORED);
    assertEquals(new Sighting(77, 10, 300), rules.see(first, renewed, 300));
    WitnessRow created = new WitnessRow("jobs", 78, 9, SEED, 5, holder(), holder(), STORED);
    assertEquals(new Sighting(78, 9, 300), rules.see(first, created, 300));
    assertEquals(new Sighting(0, 0, 300), rules.see(first, null, 300));
  }
}
