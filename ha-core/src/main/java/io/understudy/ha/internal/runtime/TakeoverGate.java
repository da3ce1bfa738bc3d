package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.OperationRefusedException.Cause;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Standing;
import io.understudy.ha.internal.exclusion.Exclusion;
import io.understudy.ha.internal.exclusion.ExclusionInput;
import io.understudy.ha.internal.exclusion.ExclusionMachine;
import io.understudy.ha.internal.exclusion.ExclusionOutput;
import io.understudy.ha.internal.exclusion.ExclusionSettings;
import io.understudy.ha.internal.exclusion.ExclusionState;
import io.understudy.ha.internal.exclusion.ExclusionStep;
import io.understudy.ha.internal.exclusion.Header;
import io.understudy.ha.internal.exclusion.Phase;
import io.understudy.ha.internal.exclusion.Proofs;
import io.understudy.ha.internal.exclusion.StoppedThrough;
import io.understudy.ha.internal.exclusion.Terms;
import io.understudy.ha.internal.exclusion.Work;
import io.understudy.ha.spi.FenceResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the election of one role and its announcement: what the {@link ExclusionMachine}
 * decides, done with the role's register. Only roles whose takeover is conditional have one. The
 * same object runs in production and in the simulator. Election thread only.
 */
public final class TakeoverGate {
  private final Exclusion machine;
  private final Ports ports;
  private final Supplier<Terms> terms;
  private final List<Runnable> whenCleared = new ArrayList<>();

  /** What each member said, the highest number; true for ever once it was true. */
  private final Map<MemberId, Long> told = new HashMap<>();

  /**
   * The last work of each member that an operator called off. The word is good for that work alone:
   * who was only cut off may come back and lead again, in the same life.
   */
  private final Map<MemberId, Work> off = new HashMap<>();

  /** The last life of each member that a fence has ended. */
  private final Map<MemberId, Life> fenced = new HashMap<>();

  /** The last life of each member that a fence has ended together with what outlives it. */
  private final Map<MemberId, Life> switchedOff = new HashMap<>();

  private final Declarations declarations;

  private ExclusionState state;
  private long wakeAtNanos = ExclusionStep.NEVER;
  private @Nullable Work wanted;
  private RegisterVersion wantedAfter = RegisterVersion.NONE;
  private RegisterVersion lookedAt = RegisterVersion.NONE;
  private @Nullable Work named;
  private volatile String objection = "";

  /** The world as a gate meets it. */
  public interface Ports {
    /** The monotonic clock. */
    long nanos();

    /** This life of the member. */
    Life self();

    /** The state of the role's machine; null if there is none. */
    @Nullable RoleState role();

    /** Writes the register, with the bytes as they are. */
    void write(byte[] bytes);

    /** The application may be told, if it was not, and the group may work. */
    void begin();

    /** Has a life fenced; asked again until there is an answer. */
    void fence(Life target, long epoch, String reason);

    /**
     * Tells people.
     *
     * @param reason what is waited for; empty if nothing is any more
     */
    void waiting(String reason);
  }

  /**
   * Makes a gate; closed.
   *
   * @param machine decides
   * @param settings what does not change
   * @param terms what this member says of its group, asked whenever its name is written
   * @param ports the world
   */
  public TakeoverGate(
      Exclusion machine, ExclusionSettings settings, Supplier<Terms> terms, Ports ports) {
    this.machine = machine;
    this.terms = terms;
    this.ports = ports;
    this.declarations = new Declarations(NodeFacts.VALID_LEASES * settings.times().leaseNanos());
    this.state = ExclusionState.idle(settings);
  }

  // ---- what happens to the role ----------------------------------------------------------------

  /** This member was elected; its register is committed. */
  public void won(long epoch) {
    RoleState role = ports.role();
    Work found = role == null ? null : Header.work(role.ballot().register().bytes());
    take(new ExclusionInput.Won(ports.self(), epoch, found, knownOf(found, role)));
    Work awaited = awaited();
    if (awaited != null && declarations.isUndeclared(awaited.life().member())) {
      take(new ExclusionInput.Undeclared(awaited.life().member(), true));
    }
  }

  private Proofs knownOf(@Nullable Work work, @Nullable RoleState role) {
    if (work == null || role == null) {
      return Proofs.NONE;
    }
    Life life = work.life();
    long now = ports.nanos();
    boolean isFenced = life.equals(fenced.get(life.member()));
    boolean died = isFenced || role.outlook().evidence().contains(new Evidence.Died(life));
    return new Proofs(
        told.getOrDefault(life.member(), 0L),
        died ? now : ExclusionStep.NEVER,
        isFenced,
        life.equals(switchedOff.get(life.member())),
        isOff(work));
  }

  private boolean isOff(Work work) {
    Work said = off.get(work.life().member());
    return said != null && said.life().equals(work.life()) && work.epoch() <= said.epoch();
  }

  /** This member leads no longer. */
  public void lost() {
    take(new ExclusionInput.Lost());
    runWhatWaited();
  }

  /** A register value of this role is known to be committed. */
  public void committed(RegisterValue value) {
    if (value.version().isNewerThan(wantedAfter)
        && value.version().epoch() == state.epoch()
        && Objects.equals(Header.work(value.bytes()), wanted)) {
      take(new ExclusionInput.Committed());
    }
  }

  /**
   * The group has stopped while the role is led, and the role is about to move. At once if this
   * member was not at work.
   *
   * @param then is done once the register says so, or that takes too long
   */
  public void stopped(Runnable then) {
    whenCleared.add(then);
    take(new ExclusionInput.Stopped());
  }

  /** The role did not move after all. */
  public void goOn() {
    take(new ExclusionInput.GoOn());
  }

  /** Time has passed, and evidence may have come in. */
  public void tick() {
    RoleState role = ports.role();
    if (role != null) {
      look(role.ballot().register());
    }
    for (MemberId member : declarations.expire(ports.nanos())) {
      take(new ExclusionInput.Undeclared(member, false));
    }
    Work awaited = awaited();
    if (awaited != null && role != null) {
      Evidence.Died died = new Evidence.Died(awaited.life());
      if (role.outlook().evidence().contains(died)) {
        take(new ExclusionInput.Died(awaited.life()));
        return;
      }
    }
    if (wakeAtNanos != ExclusionStep.NEVER && ports.nanos() - wakeAtNanos >= 0) {
      take(new ExclusionInput.Tick());
    }
    if (state.phase() instanceof Phase.Open && wanted != null) {
      renew(wanted);
    }
  }

  /** At what is on this member's disk, whoever leads. */
  private void look(RegisterValue register) {
    if (!register.version().equals(lookedAt)) {
      lookedAt = register.version();
      byte[] bytes = register.bytes();
      named = Header.work(bytes);
      objection = objectionTo(Header.payload(bytes).length);
    }
  }

  private static String objectionTo(int length) {
    return length <= Header.MAX_VALUE_BYTES
        ? ""
        : "the role's register holds "
            + length
            + " bytes, and there is room for "
            + Header.MAX_VALUE_BYTES
            + " where the takeover is conditional: lead the role with Takeover.atOnce() and write a"
            + " shorter value first";
  }

  /** What this member says of itself must stay true: its guardian may have died, or be back. */
  private void renew(Work said) {
    if (!said.terms().equals(terms.get())) {
      write(new Work(said.life(), said.epoch(), terms.get()));
    }
  }

  /** When time alone makes it do something. */
  public long wakeAtNanos() {
    return wakeAtNanos;
  }

  private @Nullable Work awaited() {
    return state.phase().waiting() == null ? null : state.phase().waiting().work();
  }

  // ---- what is learned of others ---------------------------------------------------------------

  /**
   * A member has said that nothing of its leaderships up to this epoch is at work; see {@link
   * StoppedThrough}. At any time, also while this member does not lead.
   */
  public void told(MemberId member, long throughEpoch) {
    told.merge(member, throughEpoch, Math::max);
    take(new ExclusionInput.Told(member, throughEpoch));
  }

  /** A fence hook of this member has answered. */
  public void fenceAnswered(Input.FenceAnswered answer) {
    boolean confirmed = answer.result().outcome() == FenceResult.Outcome.CONFIRMED;
    if (confirmed && answer.scope().endsProcesses()) {
      fenced.put(answer.target().member(), answer.target());
      if (answer.scope().coversWhatOutlivesProcesses()) {
        switchedOff.put(answer.target().member(), answer.target());
      }
    }
    take(
        new ExclusionInput.FenceAnswered(
            answer.target(), answer.startedNanos(), answer.scope(), answer.result()));
  }

  /** An operator says that the member is off: the life of it that the register names. */
  public void confirmedOff(MemberId member) {
    Work work = namedNow();
    if (work != null && work.life().member().equals(member)) {
      off.put(member, work);
      take(new ExclusionInput.Confirmed(work.life()));
    }
  }

  private @Nullable Work namedNow() {
    RoleState role = ports.role();
    return role == null ? null : Header.work(role.ballot().register().bytes());
  }

  /**
   * An operator has looked: nothing of the work that the register names is left at that member.
   *
   * @param heard whether the member runs, or may: then it must have said that it does so without
   *     the role, or the work may be that of the life that runs
   * @throws OperationRefusedException if the register does not name the member, or that can speak
   *     for itself
   */
  public void confirmedStopped(MemberId member, boolean heard) {
    Work work = namedNow();
    if (work == null || !work.life().member().equals(member)) {
      throw new OperationRefusedException(
          Cause.UNKNOWN_MEMBER,
          "the role's register names "
              + (work == null ? "nobody" : work)
              + " as perhaps at work, and not "
              + member);
    }
    if (declarations.isDeclared(member)) {
      throw new OperationRefusedException(
          Cause.NOT_OFF,
          member
              + " runs and has declared the role, so it says itself when its work has stopped; if it"
              + " does not, end its process first");
    }
    if (heard && !declarations.isUndeclared(member)) {
      throw new OperationRefusedException(
          Cause.NOT_OFF,
          member + " is heard and has not said whether it has declared the role; try again soon");
    }
    confirmedOff(member);
  }

  /**
   * A member that runs says whether it has declared the role. Each word replaces the one before,
   * and counts as long as a report does.
   */
  public void undeclared(Life from, boolean now) {
    boolean before = declarations.isUndeclared(from.member());
    declarations.take(from, now, ports.nanos());
    if (now != before) {
      take(new ExclusionInput.Undeclared(from.member(), now));
    }
  }

  // ---- what others ask -------------------------------------------------------------------------

  /** Who may be at work, as of the last {@link #tick}; null for nobody. */
  public @Nullable Work named() {
    return named;
  }

  /**
   * Why this member cannot lead the role because of its register, as of the last {@link #tick} or
   * attempt to write; empty if it can. Any thread.
   */
  public String objection() {
    return objection;
  }

  /**
   * Up to which leadership this member can say that nothing of it is at work here.
   *
   * @param atWorkEpoch for which leadership its group may be at work; below 0 if nothing is
   */
  public long stoppedThrough(long atWorkEpoch) {
    RoleState role = ports.role();
    if (role == null) {
      return 0;
    }
    long led = role.standing() instanceof Standing.Leader leader ? leader.epoch() : 0;
    return StoppedThrough.of(atWorkEpoch, led, role.ballot().register().version().epoch());
  }

  /** The bytes that go into the register when the application writes these. */
  public byte[] withHeader(byte[] payload) {
    RoleState role = ports.role();
    byte[] current = role == null ? new byte[0] : role.ballot().register().bytes();
    boolean decided = state.epoch() != 0 && wantedAfter.epoch() == state.epoch();
    return Header.wrap(decided ? wanted : Header.work(current), payload);
  }

  // ---- what the machine wants ------------------------------------------------------------------

  private void take(ExclusionInput input) {
    ExclusionStep step = machine.step(state, input, ports.nanos());
    state = step.next();
    wakeAtNanos = step.wakeAtNanos();
    step.outputs().forEach(this::act);
  }

  private void act(ExclusionOutput output) {
    if (output instanceof ExclusionOutput.Mark) {
      write(new Work(ports.self(), state.epoch(), terms.get()));
    } else if (output instanceof ExclusionOutput.Clear) {
      write(null);
    } else if (output instanceof ExclusionOutput.Begin) {
      ports.begin();
    } else if (output instanceof ExclusionOutput.Cleared) {
      runWhatWaited();
    } else if (output instanceof ExclusionOutput.Fence fence) {
      ports.fence(fence.target(), fence.epoch(), fence.reason());
    } else if (output instanceof ExclusionOutput.Waiting waits) {
      ports.waiting(waits.reason());
    }
  }

  /**
   * In front of the newest value of the application, and be it one that is not committed yet. If
   * there is no room for it nothing is written, so the gate stays closed.
   */
  private void write(@Nullable Work work) {
    RoleState role = ports.role();
    if (role == null) {
      return; // the life has ended, and tells so
    }
    RegisterValue current = role.ballot().register();
    look(current);
    if (objection.isEmpty()) {
      wanted = work;
      wantedAfter = current.version();
      ports.write(Header.wrap(work, Header.payload(current.bytes())));
    }
  }

  private void runWhatWaited() {
    List<Runnable> tasks = List.copyOf(whenCleared);
    whenCleared.clear();
    tasks.forEach(Runnable::run);
  }
}
