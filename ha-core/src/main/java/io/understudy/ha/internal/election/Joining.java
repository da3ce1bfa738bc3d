package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Message.Knowledge;
import io.understudy.ha.internal.election.Message.StateReply;
import io.understudy.ha.internal.election.Message.StateRequest;
import io.understudy.ha.internal.election.Voting.Heard;
import io.understudy.ha.internal.election.Voting.Uninformed;
import java.util.Map;
import java.util.TreeMap;

/**
 * A member that knows nothing of the role: the first start, or a lost disk. They look the same, so
 * it asks.
 *
 * <ul>
 *   <li><b>Founding</b>: every member of the roster said that it knows nothing, and said so again,
 *       in the same lives, when asked after all first answers were in. So there was one moment at
 *       which all lives were without state, and nobody has forgotten anything since. One round is
 *       not enough: a member can answer, be founded with the others, vote, lose its disk and answer
 *       again.
 *   <li><b>Relay</b>: another member tells of a founding in which this very life took part.
 *   <li><b>Catching up</b>: the promises that a forgotten life may have given have run out, and
 *       after that a quorum of votes held by others told what they know. Answers from before do not
 *       count: a candidate could still have won with the forgotten vote.
 * </ul>
 */
final class Joining {
  private Joining() {}

  static void begin(Turn turn, Boot.Empty empty) {
    long readyNanos = turn.settings.startNanos() + turn.settings.waitNanos();
    turn.voting =
        new Uninformed(empty.directoryEmpty(), readyNanos, 0, turn.now, Map.of(), Map.of());
    turn.out(
        new Output.Waiting(
            true,
            "no state of this role on disk: waits for every member of the roster to report the same (first"
                + " start), or for a quorum of the others to report theirs (lost disk); an operator who knows"
                + " that no vote was lost can confirm the empty state"));
    if (everybodyElse(turn) == 0) {
      found(turn, new Founding(lives(turn, Map.of()), empty.directoryEmpty()));
    } else {
      ask(turn, (Uninformed) turn.voting, Map.of());
    }
  }

  static void onStateRequest(Turn turn, Life from, StateRequest request) {
    Knowledge knowledge = Knowledge.KNOWN;
    if (turn.voting instanceof Uninformed uninformed) {
      knowledge = uninformed.directoryEmpty() ? Knowledge.DIRECTORY_EMPTY : Knowledge.ROLE_UNKNOWN;
    }
    turn.reply(
        from,
        new StateReply(
            request.round(),
            knowledge,
            turn.ballot.epoch(),
            turn.ballot.register(),
            turn.ballot.founding()));
  }

  static void onStateReply(Turn turn, Life from, StateReply reply) {
    if (!(turn.voting instanceof Uninformed uninformed)) {
      if (reply.knowledge() == Knowledge.KNOWN) {
        Voter.told(turn, reply.epoch(), reply.register());
      }
      return;
    }
    if (reply.round() != uninformed.round()) {
      return;
    }
    if (reply.founding().includes(turn.self()) && mayBegin(turn)) {
      found(turn, reply.founding());
      return;
    }
    Map<MemberId, Heard> answers = new TreeMap<>(uninformed.answers());
    answers.put(from.member(), new Heard(from, reply));
    Uninformed heard =
        new Uninformed(
            uninformed.directoryEmpty(),
            uninformed.readyToJoinNanos(),
            uninformed.round(),
            uninformed.roundBeganNanos(),
            answers,
            uninformed.empties());
    turn.voting = heard;
    if (turn.roster().isSeed()
        && answers.size() == everybodyElse(turn)
        && answers.values().stream().allMatch(Joining::knowsNothing)) {
      allEmpty(turn, heard);
    } else if (heard.roundBeganNanos() - heard.readyToJoinNanos() >= 0) {
      catchUp(turn, heard);
    }
  }

  private static void allEmpty(Turn turn, Uninformed heard) {
    Map<MemberId, Long> lives = lives(turn, heard.answers());
    if (lives.equals(heard.empties())) {
      boolean directories =
          heard.directoryEmpty()
              && heard.answers().values().stream()
                  .allMatch(h -> h.reply().knowledge() == Knowledge.DIRECTORY_EMPTY);
      found(turn, new Founding(lives, directories));
    } else {
      ask(turn, heard, lives);
    }
  }

  private static void catchUp(Turn turn, Uninformed heard) {
    int votes =
        turn.roster()
            .votesOf(m -> heard.answers().containsKey(m) && !knowsNothing(heard.answers().get(m)));
    if (votes < turn.roster().quorum()) {
      return;
    }
    long epoch = 0;
    RegisterValue register = RegisterValue.NONE;
    for (Heard answer : heard.answers().values()) {
      if (!knowsNothing(answer)) {
        epoch = Math.max(epoch, answer.reply().epoch());
        if (answer.reply().register().version().isNewerThan(register.version())) {
          register = answer.reply().register();
        }
      }
    }
    // Whom a forgotten life voted for in that epoch is unknown, so nobody gets its vote again.
    join(turn, new Ballot(epoch, null, register, Founding.NONE));
  }

  static void founded(Turn turn, Founding founding) {
    if (turn.voting instanceof Uninformed && founding.includes(turn.self()) && mayBegin(turn)) {
      join(turn, Ballot.BLANK.foundedBy(founding));
    }
  }

  /** An answer that counts this directory as empty would be false from now on. */
  static void directoryUsed(Turn turn) {
    if (turn.voting instanceof Uninformed uninformed) {
      turn.voting =
          new Uninformed(
              false,
              uninformed.readyToJoinNanos(),
              uninformed.round(),
              uninformed.roundBeganNanos(),
              uninformed.answers(),
              uninformed.empties());
    }
  }

  static void confirmed(Turn turn) {
    if (turn.voting instanceof Uninformed) {
      join(turn, Ballot.BLANK);
    }
  }

  static void confirmed(Turn turn, RegisterValue register) {
    if (turn.voting instanceof Uninformed) {
      join(turn, Ballot.BLANK.knowing(register.version().epoch()).holding(register));
    }
  }

  /** Who has been told of another roster than the seed does not begin with the seed. */
  private static boolean mayBegin(Turn turn) {
    return turn.roster().isSeed() || !turn.settings.role().equals(RosterChange.ROLE);
  }

  private static void found(Turn turn, Founding founding) {
    Ballot ballot = Ballot.BLANK.foundedBy(founding);
    turn.out(new Output.Found(ballot));
    ready(turn, ballot);
  }

  private static void join(Turn turn, Ballot ballot) {
    turn.store(ballot);
    ready(turn, ballot);
  }

  private static void ready(Turn turn, Ballot ballot) {
    turn.ballot = ballot;
    turn.noteEpoch(ballot.epoch());
    turn.voting = new Voting.Ready();
    turn.freeSinceNanos = turn.now;
    turn.out(new Output.Waiting(false, ""));
  }

  static void act(Turn turn) {
    if (turn.voting instanceof Uninformed uninformed
        && turn.now - askAgainAt(turn, uninformed) >= 0) {
      ask(turn, uninformed, Map.of());
    }
  }

  static long askAgainAt(Turn turn, Uninformed uninformed) {
    return uninformed.roundBeganNanos() + turn.times().retryNanos();
  }

  /** What was answered under another roster does not count. */
  static void askAnew(Turn turn, Uninformed uninformed) {
    ask(turn, uninformed, Map.of());
  }

  private static void ask(Turn turn, Uninformed before, Map<MemberId, Long> empties) {
    long round = before.round() + 1;
    turn.voting =
        new Uninformed(
            before.directoryEmpty(), before.readyToJoinNanos(), round, turn.now, Map.of(), empties);
    turn.sendToOthers(new StateRequest(round));
  }

  private static boolean knowsNothing(Heard heard) {
    return heard.reply().knowledge() != Knowledge.KNOWN;
  }

  private static int everybodyElse(Turn turn) {
    return (int)
        turn.roster().members().stream()
            .filter(entry -> !entry.member().equals(turn.self().member()))
            .count();
  }

  private static Map<MemberId, Long> lives(Turn turn, Map<MemberId, Heard> answers) {
    Map<MemberId, Long> lives = new TreeMap<>();
    lives.put(turn.self().member(), turn.self().incarnation());
    for (RosterMember entry : turn.roster().members()) {
      Heard heard = answers.get(entry.member());
      if (heard != null) {
        lives.put(entry.member(), heard.from().incarnation());
      }
    }
    return lives;
  }
}
