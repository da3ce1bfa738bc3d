package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Output;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * What a turn leaves behind: the changed record, announcements and messages. It keeps the rule that
 * nothing is announced or sent that depends on what is not saved yet. Until a turn stores
 * something, announcements go out at once; from then on everything waits for its end, when the
 * record is saved once, with all that was stored. What is for one member goes out as one message.
 * One thread at a time.
 */
final class TurnOutbox {
  private final Ports ports;
  private final Map<MemberId, List<Envelope>> outgoing = new LinkedHashMap<>();
  private final Queue<Held> held = new ArrayDeque<>();
  private MemberRecord memberRecord;
  private boolean unsaved;
  private boolean dead;

  /** An announcement that waits until what it may depend on is saved. */
  private record Held(String role, Output announcement) {}

  /**
   * Empty.
   *
   * @param ports the world
   * @param stored the record on disk
   */
  TurnOutbox(Ports ports, MemberRecord stored) {
    this.ports = ports;
    this.memberRecord = stored;
  }

  /** What is on disk between turns, and will be at the end of this one. */
  MemberRecord memberRecord() {
    return memberRecord;
  }

  /** To be saved at the end of the turn. What was decided before need not wait for the disk. */
  void store(MemberRecord changed) {
    if (!unsaved) {
      dispatch();
      unsaved = true;
    }
    memberRecord = changed;
  }

  /** To be saved together with the next thing that is stored; nothing depends on it until then. */
  void amend(MemberRecord changed) {
    memberRecord = changed;
  }

  void announce(String role, Output announcement) {
    if (unsaved) {
      held.add(new Held(role, announcement));
    } else {
      ports.announce(role, announcement);
    }
  }

  void send(MemberId to, Envelope envelope) {
    outgoing.computeIfAbsent(to, member -> new ArrayList<>()).add(envelope);
  }

  /**
   * The turn is over. Saves first; what happens then depends on nothing that could still be lost.
   *
   * @throws StoreFailedException if the record is not known to be durable; then nothing else leaves
   */
  void conclude() {
    if (unsaved) {
      save();
      unsaved = false;
    }
    for (Held next = held.poll(); next != null; next = held.poll()) {
      ports.announce(next.role(), next.announcement());
    }
    dispatch();
  }

  private void dispatch() {
    outgoing.forEach(ports::send);
    outgoing.clear();
  }

  /**
   * Makes the record durable now.
   *
   * @throws StoreFailedException if it is not known to be
   */
  void save() {
    try {
      ports.save(memberRecord);
    } catch (IOException e) {
      dead = true;
      held.clear();
      outgoing.clear();
      throw new StoreFailedException(
          "the durable state could not be written: " + e.getMessage(), e);
    }
  }

  /** Whether the record could not be saved: the life is over. */
  boolean isDead() {
    return dead;
  }
}
