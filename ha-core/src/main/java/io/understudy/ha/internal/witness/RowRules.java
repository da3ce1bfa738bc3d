package io.understudy.ha.internal.witness;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Message.Canvass;
import io.understudy.ha.internal.election.Message.Heartbeat;
import io.understudy.ha.internal.election.Message.HeartbeatReply;
import io.understudy.ha.internal.election.Message.Resignation;
import io.understudy.ha.internal.election.Message.StateRequest;
import io.understudy.ha.internal.election.Message.VoteReply;
import io.understudy.ha.internal.election.Message.VoteRequest;
import io.understudy.ha.spi.WitnessRow;
import io.understudy.ha.spi.WitnessRow.Holder;
import io.understudy.ha.spi.WitnessRow.Register;
import io.understudy.ha.spi.WitnessRow.RosterMark;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a voter that has no clock and no process of its own.
 *
 * <p>An ordinary voter's promise ends at a time. A row cannot know a time, so its promise ends when
 * a challenger has <em>itself</em> seen the version unchanged for {@code P}, counted from the
 * receipt of its first answer with that version, over one unbroken connection. Whatever lease the
 * version carries was sent before the version came to be, and that was before the answer: so on
 * every clock within the bound the lease is over. The replacement is conditional on that version,
 * so nobody renewed it meanwhile.
 *
 * <p>A missing row is a voter with a lost disk. It does what such a voter does: nothing, until the
 * promises and candidatures that it may have forgotten are over ({@code P}, during which this
 * member saw no row), and a quorum of others has spoken after that. Then it is created by a leader
 * whose leadership that quorum acknowledged, with the leader's epoch and register.
 */
public final class RowRules implements Rules {
  /** The life of a witness that has no row: never one that a row has. */
  public static final long NO_ROW = 1;

  @Override
  public Sighting see(@Nullable Sighting before, @Nullable WitnessRow row, long receivedNanos) {
    if (before != null && before.isOf(row)) {
      return before;
    }
    return row == null
        ? Sighting.ofNothing(receivedNanos)
        : new Sighting(row.life(), row.version(), receivedNanos);
  }

  @Override
  public Verdict judge(Scene scene) {
    Message message = scene.question().envelope().message();
    WitnessRow row = scene.row();
    if (row == null) {
      return judgeWithoutRow(scene, message);
    }
    if (!isInForce(scene.question().roster(), row.roster())) {
      return Verdict.silent();
    }
    if (message instanceof Canvass canvass) {
      return canvass(scene, row, canvass);
    } else if (message instanceof VoteRequest request) {
      return vote(scene, row, request);
    } else if (message instanceof Heartbeat heartbeat) {
      return heartbeat(scene, row, heartbeat);
    } else if (message instanceof Resignation resignation) {
      return resignation(scene, row, resignation);
    } else if (message instanceof StateRequest request) {
      return new Verdict(
          null,
          new Message.StateReply(
              request.round(), Message.Knowledge.KNOWN, row.epoch(), valueOf(row), Founding.NONE),
          row.life());
    }
    return Verdict.silent();
  }

  /**
   * A voter that has written under a roster serves no older one, and no other of the same number.
   */
  private static boolean isInForce(RosterMark asked, RosterMark written) {
    if (asked.epoch() != written.epoch()) {
      return asked.epoch() > written.epoch();
    }
    return asked.version() == written.version()
        ? asked.stamp() == written.stamp()
        : asked.version() > written.version();
  }

  // ---- no row

  private static Verdict judgeWithoutRow(Scene scene, Message message) {
    if (message instanceof Canvass canvass) {
      return saying(new Message.CanvassReply(canvass.round(), false, 0, 0));
    } else if (message instanceof VoteRequest request) {
      return saying(new VoteReply(request.epoch(), request.sentNanos(), false, 0, 0, null));
    } else if (message instanceof StateRequest request) {
      // With rows of other roles it is no first start, though nothing is known of this role.
      Message.Knowledge knowledge =
          scene.onlyRow() ? Message.Knowledge.DIRECTORY_EMPTY : Message.Knowledge.ROLE_UNKNOWN;
      return saying(
          new Message.StateReply(request.round(), knowledge, 0, RegisterValue.NONE, Founding.NONE));
    } else if (message instanceof Heartbeat heartbeat && mayCreate(scene, heartbeat)) {
      return create(scene, heartbeat);
    }
    return Verdict.silent();
  }

  private static Verdict saying(Message answer) {
    return new Verdict(null, answer, NO_ROW);
  }

  private static boolean mayCreate(Scene scene, Heartbeat heartbeat) {
    Leading leading = scene.question().leading();
    Sighting sighting = scene.sighting();
    if (leading == null
        || leading.epoch() != heartbeat.epoch()
        || sighting == null
        || !sighting.isOf(null)) {
      return false;
    }
    long readyNanos = sighting.sinceNanos() + scene.times().promiseNanos();
    return scene.nowNanos() - readyNanos >= 0
        && leading.holdsQuorumWithout(scene.witness(), scene.sessions(), readyNanos);
  }

  private static Verdict create(Scene scene, Heartbeat heartbeat) {
    Leading leading = scene.question().leading();
    RegisterValue register = leading == null ? RegisterValue.NONE : leading.register();
    Holder leader = holder(scene.question().envelope().from());
    WitnessRow row =
        new WitnessRow(
            scene.question().envelope().role(),
            scene.newLife(),
            1,
            scene.question().roster(),
            heartbeat.epoch(),
            leader,
            leader,
            registerOf(register));
    return new Verdict(row, acknowledgement(scene, heartbeat, row, true), row.life());
  }

  // ---- a row

  private static Verdict canvass(Scene scene, WitnessRow row, Canvass canvass) {
    long bound = boundForNanos(scene, row, canvass.evidence());
    return new Verdict(
        null,
        new Message.CanvassReply(canvass.round(), bound == 0, row.epoch(), bound),
        row.life());
  }

  private static Verdict vote(Scene scene, WitnessRow row, VoteRequest request) {
    Holder candidate = holder(scene.question().envelope().from());
    long bound = boundForNanos(scene, row, request.evidence());
    boolean taken = request.epoch() == row.epoch() && !candidate.equals(row.votedFor());
    if (request.epoch() < row.epoch() || taken || bound > 0) {
      return new Verdict(
          null,
          new VoteReply(request.epoch(), request.sentNanos(), false, row.epoch(), bound, null),
          row.life());
    }
    WitnessRow next = next(scene, row, request.epoch(), candidate, candidate, row.register());
    return new Verdict(
        next,
        new VoteReply(request.epoch(), request.sentNanos(), true, request.epoch(), 0, valueOf(row)),
        row.life());
  }

  /** How long the row is still bound to somebody else, as far as this member has seen; 0 if not. */
  private static long boundForNanos(Scene scene, WitnessRow row, List<Evidence> evidence) {
    Holder holder = row.promisedTo();
    if (holder == null) {
      return 0;
    }
    Life holding = new Life(new MemberId(holder.member()), holder.incarnation());
    if (holding.equals(scene.question().envelope().from())
        || evidence.stream().anyMatch(fact -> fact.releases(holding, row.epoch()))) {
      return 0;
    }
    Sighting sighting = scene.sighting();
    long promiseNanos = scene.times().promiseNanos();
    return sighting == null || !sighting.isOf(row)
        ? promiseNanos
        : Math.max(0, sighting.sinceNanos() + promiseNanos - scene.nowNanos());
  }

  private static Verdict heartbeat(Scene scene, WitnessRow row, Heartbeat heartbeat) {
    if (heartbeat.epoch() < row.epoch()) {
      return new Verdict(null, acknowledgement(scene, heartbeat, row, false), row.life());
    }
    // A leadership of this epoch was won by a quorum, so no lease can run on what binds this row.
    Holder leader = holder(scene.question().envelope().from());
    Register register = row.register();
    if (heartbeat.value() != null
        && heartbeat.value().version().isNewerThan(valueOf(row).version())) {
      register = registerOf(heartbeat.value());
    }
    WitnessRow next =
        next(
            scene,
            row,
            heartbeat.epoch(),
            heartbeat.epoch() > row.epoch() ? leader : row.votedFor(),
            leader,
            register);
    return new Verdict(next, acknowledgement(scene, heartbeat, next, true), row.life());
  }

  private static HeartbeatReply acknowledgement(
      Scene scene, Heartbeat heartbeat, WitnessRow row, boolean accepted) {
    return new HeartbeatReply(
        heartbeat.epoch(),
        heartbeat.sentNanos(),
        accepted,
        scene.nowNanos(),
        valueOf(row).version(),
        row.epoch(),
        false);
  }

  private static Verdict resignation(Scene scene, WitnessRow row, Resignation resignation) {
    Holder from = holder(scene.question().envelope().from());
    if (!from.equals(row.promisedTo()) || resignation.epoch() < row.epoch()) {
      return Verdict.silent();
    }
    WitnessRow next = next(scene, row, row.epoch(), row.votedFor(), null, row.register());
    return new Verdict(next, null, row.life());
  }

  private static WitnessRow next(
      Scene scene,
      WitnessRow row,
      long epoch,
      @Nullable Holder votedFor,
      @Nullable Holder promisedTo,
      Register register) {
    return new WitnessRow(
        row.role(),
        row.life(),
        row.version() + 1,
        scene.question().roster(), // not older: judged before
        epoch,
        votedFor,
        promisedTo,
        register);
  }

  private static Holder holder(Life life) {
    return new Holder(life.member().value(), life.incarnation());
  }

  private static RegisterValue valueOf(WitnessRow row) {
    Register register = row.register();
    return new RegisterValue(
        new RegisterVersion(register.epoch(), register.seq()), register.value());
  }

  private static Register registerOf(RegisterValue value) {
    return new Register(value.version().epoch(), value.version().seq(), value.bytes());
  }
}
