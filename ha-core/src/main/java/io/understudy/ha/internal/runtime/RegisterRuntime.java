package io.understudy.ha.internal.runtime;

import io.understudy.ha.Leadership;
import io.understudy.ha.LeadershipLostException;
import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RegisterView;
import io.understudy.ha.RoleRegister;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Subscription;
import io.understudy.ha.Told;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.Output.Outcome;
import io.understudy.ha.internal.exclusion.Header;
import io.understudy.ha.internal.facts.RoleReport;
import io.understudy.ha.internal.facts.Statement;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A role's register as the application sees it. Written by the election thread, read by all. */
final class RegisterRuntime implements RoleRegister {
  private final String role;
  private final int maxBytes;
  private final Requests requests;
  private final Supplier<@Nullable Grant> running;
  private final LongFunction<Lease> leases;
  private final VersionWait commits;
  private final VersionWait settlements;
  private final Said said;
  private volatile RegisterView view = RegisterView.UNKNOWN;

  /**
   * What members report of it to each other.
   *
   * @param self this member
   * @param done up to which version each is done
   * @param statements what each says
   */
  record Said(MemberId self, DoneVersions done, Statements statements) {
    /** Nobody has said anything; toldMore is told on any thread that this member has more to. */
    static Said nothing(MemberId self, Runnable toldMore, Requests requests) {
      return new Said(
          self, new DoneVersions(self, toldMore), new Statements(toldMore, requests.answers()));
    }
  }

  RegisterRuntime(
      RoleSpec spec,
      Requests requests,
      Supplier<@Nullable Grant> running,
      LongFunction<Lease> leases,
      Said said) {
    this.leases = leases;
    this.said = said;
    this.role = spec.name();
    this.maxBytes =
        spec.takeover().isConditional() ? Header.MAX_VALUE_BYTES : RegisterValue.MAX_BYTES;
    this.requests = requests;
    this.running = running;
    this.commits = new VersionWait(requests.answers());
    this.settlements = new VersionWait(requests.answers());
  }

  /** What is committed, without what a takeover keeps in front of it. */
  void adopt(RegisterValue committed) {
    if (committed.version().isNewerThan(view.value().version())) {
      view = new RegisterView(committed, 0, 0, false);
    }
  }

  void announce(Output output) {
    if (output instanceof Output.Committed committed) {
      adopt(committed.value());
      commits.reach(committed.value().version());
    } else if (output instanceof Output.Permit permit) {
      permit(permit);
    } else if (output instanceof Output.PermitEnded) {
      view = new RegisterView(view.value(), 0, 0, false);
    } else if (output instanceof Output.Settled settled) {
      settlements.reach(settled.version());
    }
  }

  private void permit(Output.Permit permit) {
    RegisterView current = view;
    boolean longer = !current.permitted() || permit.untilNanos() - current.permitUntilNanos() > 0;
    if (longer && current.value().version().equals(permit.version())) {
      Lease lease = leases.apply(permit.untilNanos());
      view = new RegisterView(current.value(), lease.untilNanos(), lease.wallUntilMillis(), true);
    }
  }

  void leadershipLost(Grant grant) {
    commits.fail(lost(grant));
    settlements.fail(lost(grant));
  }

  private LeadershipLostException lost(Leadership leadership) {
    return new LeadershipLostException(
        "the leadership of " + role + " in epoch " + leadership.epoch() + " has ended");
  }

  @Override
  public RegisterView view() {
    return view;
  }

  @Override
  public CompletionStage<RegisterVersion> write(Leadership leadership, byte[] value) {
    if (value.length > maxBytes) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException(
              "a register value of role "
                  + role
                  + " holds at most "
                  + maxBytes
                  + " bytes, not "
                  + value.length));
    }
    if (!isRunning(leadership)) {
      return CompletableFuture.failedFuture(lost(leadership));
    }
    return requests.write(role, value).thenCompose(answer -> accepted(leadership, answer));
  }

  private CompletionStage<RegisterVersion> accepted(Leadership leadership, Output.Answer answer) {
    RegisterVersion version = answer.version();
    if (answer.outcome() != Outcome.DONE
        || version == null
        || version.epoch() != leadership.epoch()) {
      return CompletableFuture.failedFuture(lost(leadership));
    }
    return whileRunning(leadership, commits.until(version));
  }

  @Override
  public CompletionStage<RegisterVersion> settled(Leadership leadership, RegisterVersion version) {
    return whileRunning(leadership, settlements.until(version));
  }

  @Override
  public void done(RegisterVersion version) {
    said.done().say(version);
  }

  @Override
  public Map<MemberId, RegisterVersion> doneBy() {
    return said.done().all();
  }

  @Override
  public void tell(byte[] statement) {
    said.statements().say(new Statement(statement));
  }

  @Override
  public Map<MemberId, Told> told() {
    return said.statements().all(said.self());
  }

  @Override
  public Subscription whenTold(Runnable listener) {
    return said.statements().listen(listener);
  }

  /** What this member reports of it. */
  RoleReport report(String unfit, long stoppedThrough) {
    return new RoleReport(unfit, stoppedThrough, said.done().own(), said.statements().own());
  }

  /** Another member has reported. */
  void heard(MemberId member, RoleReport report) {
    said.done().heard(member, report.done());
    said.statements().heard(member, report.statement());
  }

  /**
   * The leadership may have ended before the future was registered: then nobody will fail it, or a
   * later leadership's version has completed it already.
   */
  private CompletionStage<RegisterVersion> whileRunning(
      Leadership leadership, CompletableFuture<RegisterVersion> future) {
    if (isRunning(leadership)) {
      return future;
    }
    future.cancel(false);
    return CompletableFuture.failedFuture(lost(leadership));
  }

  private boolean isRunning(Leadership leadership) {
    Grant grant = running.get();
    return grant != null && grant.epoch() == leadership.epoch() && leadership.isValid();
  }
}
