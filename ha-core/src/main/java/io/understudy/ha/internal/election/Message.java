package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What machines of one role say to each other. Times are the <em>sender's</em> monotonic clock and
 * only ever come back to it as an echo.
 */
public sealed interface Message {

  /** What a member knows of a role, in a {@link StateReply}. */
  enum Knowledge {
    /** Its state directory was empty at start and still is. */
    DIRECTORY_EMPTY,
    /** Its directory has state, but not of this role, and an earlier directory may have had. */
    ROLE_UNKNOWN,
    /** It knows the role's epoch and register, durably. */
    KNOWN
  }

  /**
   * A member without state asks what the others know.
   *
   * @param round the sender's number of this inquiry
   */
  record StateRequest(long round) implements Message {}

  /** The answer to a {@link StateRequest}. */
  record StateReply(
      long round, Knowledge knowledge, long epoch, RegisterValue register, Founding founding)
      implements Message {}

  /** Asks whether the receiver would vote for the sender. Binds nobody. */
  record Canvass(long round, List<Evidence> evidence) implements Message {
    /** Copies. */
    public Canvass {
      evidence = List.copyOf(evidence);
    }
  }

  /**
   * The answer to a {@link Canvass}.
   *
   * @param willing whether a vote would be granted now
   * @param epoch the voter's epoch
   * @param boundForNanos how long the voter is still bound; 0 if it is not
   */
  record CanvassReply(long round, boolean willing, long epoch, long boundForNanos)
      implements Message {}

  /**
   * Asks for the vote of an epoch.
   *
   * @param sentNanos the candidate's clock before sending; the lease begins there
   */
  record VoteRequest(long epoch, long sentNanos, List<Evidence> evidence) implements Message {
    /** Copies. */
    public VoteRequest {
      evidence = List.copyOf(evidence);
    }
  }

  /**
   * The answer to a {@link VoteRequest}.
   *
   * @param epoch the epoch asked for
   * @param sentNanos echo of the request
   * @param granted whether the vote is given, durably
   * @param voterEpoch the voter's own epoch
   * @param boundForNanos how long the voter is still bound to somebody else; 0 if it is not
   * @param register the voter's register if granted, else null
   */
  record VoteReply(
      long epoch,
      long sentNanos,
      boolean granted,
      long voterEpoch,
      long boundForNanos,
      @Nullable RegisterValue register)
      implements Message {}

  /**
   * The time of a message that one life sent, given back to it.
   *
   * @param incarnation the life
   * @param sentNanos its clock when it sent
   */
  record Echo(long incarnation, long sentNanos) {}

  /**
   * The leader renews its lease.
   *
   * @param sentNanos the leader's clock before sending the round
   * @param version the register's newest version at the leader
   * @param committed the newest version that a quorum has stored in the leader's epoch, or {@link
   *     RegisterVersion#NONE}
   * @param value the register, only for voters that hold another version
   * @param echo the receiver's latest acknowledgement: extends its permit
   */
  record Heartbeat(
      long epoch,
      long sentNanos,
      RegisterVersion version,
      RegisterVersion committed,
      @Nullable RegisterValue value,
      @Nullable Echo echo)
      implements Message {}

  /**
   * The answer to a {@link Heartbeat}.
   *
   * @param epoch the heartbeat's epoch
   * @param sentNanos echo of the heartbeat
   * @param accepted whether the voter stored and promised; false if its epoch is higher
   * @param repliedNanos the voter's clock before sending this
   * @param stored the register version it holds durably
   * @param voterEpoch its epoch
   * @param electable whether it could lead: eligible, not waiting, and it sees a quorum
   */
  record HeartbeatReply(
      long epoch,
      long sentNanos,
      boolean accepted,
      long repliedNanos,
      RegisterVersion stored,
      long voterEpoch,
      boolean electable)
      implements Message {}

  /**
   * The roster in force at the sender. Goes to whoever shows another one.
   *
   * @param version the version of the register that holds it
   * @param roster the roster
   */
  record RosterNews(RegisterVersion version, Roster roster) implements Message {}

  /**
   * The leader of the roster's role asks what the receiver has on disk.
   *
   * @param round the sender's number of this inquiry
   * @param stale roles of which the receiver was found to hold less than others
   */
  record InventoryRequest(long round, List<String> stale) implements Message {
    /** Copies. */
    public InventoryRequest {
      stale = List.copyOf(stale);
    }
  }

  /**
   * Which part of an answer a message is.
   *
   * @param answer the sender's number of the answer; rises
   * @param index from 0
   * @param count how many there are
   */
  record Part(long answer, int index, int count) {
    /** All of it. */
    public static final Part WHOLE = new Part(0, 0, 1);
  }

  /**
   * The answer to an {@link InventoryRequest}, or a part of it: many roles need several messages.
   *
   * @param roster the version of the roster that is stored
   * @param informed whether the sender knows the state of every role that it has heard of
   * @param part which part it is
   * @param holdings what it has on disk, by role
   */
  record Inventory(
      long round,
      RegisterVersion roster,
      boolean informed,
      Part part,
      Map<String, Holding> holdings)
      implements Message {
    /** Copies, sorted: a run that is told must read the same in every process. */
    public Inventory {
      holdings = Collections.unmodifiableMap(new TreeMap<>(holdings));
    }
  }

  /**
   * Somebody at the sender wants another roster. Repeated until it is answered.
   *
   * @param request the sender's number
   */
  record RosterWish(long request, RosterGoal goal) implements Message {}

  /**
   * The answer to a {@link RosterWish}.
   *
   * @param refusal null if it is done
   * @param text for people
   */
  record RosterReply(long request, RosterStep.@Nullable Refusal refusal, String text)
      implements Message {}

  /**
   * What a member says of itself to help the others place roles. Evidence; no vote depends on it,
   * and no machine of the election sees it.
   *
   * @param number rises within a life; an older report is dropped
   * @param content the encoded report
   */
  @SuppressWarnings("ArrayRecordComponent") // carried once, never compared
  record Report(long number, byte[] content) implements Message {
    /** What a report can hold. */
    public static final int MAX_BYTES = 32 * 1024;
  }

  /**
   * The sender gives up every leadership and candidature of this epoch or a lower one.
   *
   * @param successor who is invited to lead, or null
   */
  record Resignation(long epoch, @Nullable MemberId successor) implements Message {}
}
