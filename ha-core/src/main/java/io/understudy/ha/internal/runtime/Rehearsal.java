package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.RosterMember;
import io.understudy.ha.Timing;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleMachine;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.group.GroupInput;
import io.understudy.ha.internal.group.GroupMachine;
import io.understudy.ha.internal.group.GroupOutput;
import io.understudy.ha.internal.group.GroupSettings;
import io.understudy.ha.internal.group.GroupState;
import io.understudy.ha.internal.group.GroupStep;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Understudies rehearse: plays elections through among three members in memory, on a clock of its
 * own, with the production code. So the first real one, usually a leader's crash after a long quiet
 * time, finds its classes loaded and does not wait some 20 ms for them. Nothing of it can be seen
 * outside: no file, no socket, no event, no log line.
 */
public final class Rehearsal {
  private static final String ROLE = "rehearsal";
  private static final TimeValues TIMES = TimeValues.of(Timing.DEFAULT);
  private static final List<RosterMember> CAST =
      List.of(RosterMember.parse("a"), RosterMember.parse("b"), RosterMember.parse("c"));

  /** A performance takes about 60; a limit against one that never ends. */
  private static final int MAX_SCENES = 1000;

  /**
   * Until the compiler has seen to it: the second performance takes some 8 ms, the fortieth 1 ms.
   */
  private static final int PERFORMANCES = 40;

  /** Whoever comes later in this process finds everything compiled. */
  private static final AtomicBoolean FLUENT = new AtomicBoolean();

  private final UnaryOperator<List<Envelope>> wire;
  private final Map<MemberId, MemberCore> cast = new TreeMap<>();
  private final Queue<Letter> letters = new ArrayDeque<>();
  private @Nullable MemberId leader;
  private long nanos;

  private record Letter(MemberId to, List<Envelope> envelopes) {}

  private Rehearsal(UnaryOperator<List<Envelope>> wire) {
    this.wire = wire;
    for (RosterMember entry : CAST) {
      cast.put(entry.member(), member(entry.member()));
    }
  }

  /**
   * Plays a first election, a crash of the leader that is proved, and a resignation; then the start
   * and the stop of a resource. The first time in a process again and again, for some 0.2 s of
   * processor time.
   *
   * @param wire encodes and decodes, as if it were sent
   * @return whether all three gave a leader, and the resource was started and stopped
   */
  public static boolean play(UnaryOperator<List<Envelope>> wire) {
    boolean well = playOnce(wire);
    if (well && FLUENT.compareAndSet(false, true)) {
      for (int i = 1; well && i < PERFORMANCES; i++) {
        well = playOnce(wire);
      }
    }
    return well;
  }

  private static boolean playOnce(UnaryOperator<List<Envelope>> wire) {
    return new Rehearsal(wire).play() && playGroup();
  }

  private boolean play() {
    for (MemberId member : cast.keySet()) {
      look();
      core(member).input(ROLE, new Input.Candidacy(true, List.of()));
    }
    MemberId first = awaitLeader();
    if (first == null) {
      return false;
    }
    Life dead = core(first).self();
    cast.remove(first);
    look();
    cast.values().forEach(core -> core.inputAll(new Input.Learned(new Evidence.Died(dead))));
    MemberId second = awaitLeader();
    if (second == null) {
      return false;
    }
    core(second).input(ROLE, new Input.Resign(1, null, RevokeReason.RESIGNED));
    return awaitLeader() != null;
  }

  /**
   * Plays a leadership of a role with one resource, which is started and stopped.
   *
   * @return whether it was
   */
  static boolean playGroup() {
    long second = 1_000_000_000L;
    GroupSettings settings =
        new GroupSettings(List.of(ROLE), second, second, second, second, 1, second);
    GroupState rest = GroupState.stopped(settings, 0);
    GroupState working = obey(new GroupMachine().step(rest, new GroupInput.Led(1), 0));
    GroupState stopped = obey(new GroupMachine().step(working, new GroupInput.Lost(0), 0));
    return working.active() == 1 && stopped.active() == 0;
  }

  /** Whatever is called returns at once. */
  private static GroupState obey(GroupStep step) {
    GroupStep last = step;
    for (GroupOutput output : step.outputs()) {
      if (output instanceof GroupOutput.Call call) {
        last = new GroupMachine().step(last.next(), new GroupInput.Done(call.call()), 0);
      }
    }
    return last.next();
  }

  private void look() {
    for (Map.Entry<MemberId, MemberCore> entry : cast.entrySet()) {
      Set<MemberId> others = new HashSet<>(cast.keySet());
      others.remove(entry.getKey());
      entry.getValue().inputAll(new Input.PeersSeen(others));
    }
  }

  /** Lets the time pass until somebody is elected. */
  private @Nullable MemberId awaitLeader() {
    leader = null;
    for (int scene = 0; scene < MAX_SCENES && leader == null; scene++) {
      for (Letter next = letters.poll(); next != null; next = letters.poll()) {
        MemberCore reader = cast.get(next.to());
        if (reader != null) {
          reader.receive(wire.apply(next.envelopes()));
        }
      }
      if (leader == null) {
        passTime();
      }
    }
    return leader;
  }

  private void passTime() {
    long sleepNanos = TIMES.leaseNanos();
    for (MemberCore core : cast.values()) {
      long wakeAtNanos = core.wakeAtNanos();
      if (wakeAtNanos != Step.NEVER) {
        sleepNanos = Math.min(sleepNanos, Math.max(0, wakeAtNanos - nanos));
      }
    }
    nanos += sleepNanos;
    cast.values().forEach(MemberCore::tick);
  }

  private MemberCore core(MemberId member) {
    return java.util.Objects.requireNonNull(cast.get(member));
  }

  private MemberCore member(MemberId self) {
    MemberRecord blank =
        new MemberRecord(self, ROLE, new Roster(1, CAST), 0, Founding.NONE, new TreeMap<>());
    return new MemberCore(new Life(self, 1), TIMES, new RoleMachine(), new Props(self), blank);
  }

  /** A world of cardboard. */
  private final class Props implements Ports {
    private final MemberId self;

    Props(MemberId self) {
      this.self = self;
    }

    @Override
    public long nanos() {
      return nanos;
    }

    @Override
    public void send(MemberId to, List<Envelope> envelopes) {
      letters.add(new Letter(to, envelopes));
    }

    @Override
    public void save(MemberRecord changed) throws IOException {
      RecordCodec.encode(changed); // written nowhere: nothing outlives the performance
    }

    @Override
    public void announce(String role, Output announcement) {
      if (announcement instanceof Output.Elected) {
        leader = self;
      }
    }
  }
}
