package io.understudy.jdbc.internal.routing;

import io.understudy.jdbc.internal.routing.Observation.Failed;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.Observation.Kind;
import io.understudy.jdbc.internal.routing.ServerFacts.Fetching;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.util.Map;
import java.util.Optional;

/**
 * What a director knows of one master since it leads.
 *
 * @param name the master
 * @param observed whether any probe has ended yet
 * @param reachable whether the last probe was answered
 * @param failures how many failures in a row, a refused connection counting as enough
 * @param problem why the last probe failed; empty if it did not
 * @param facts what it said last, also while it is away
 * @param lacking for other masters, how many of their transactions it lacks, as last compared
 * @param followed whether replication was started here since the master came back
 * @param findings what the last look found
 * @param fullLooks how many looks in a row found its disk full; one without an answer says nothing
 */
public record MasterView(
    String name,
    boolean observed,
    boolean reachable,
    int failures,
    String problem,
    Optional<ServerFacts> facts,
    Map<String, Long> lacking,
    boolean followed,
    Findings findings,
    int fullLooks) {
  /** Copies. */
  public MasterView {
    lacking = Map.copyOf(lacking);
  }

  static MasterView unseen(String name) {
    return new MasterView(
        name, false, false, 0, "", Optional.empty(), Map.of(), false, Findings.NONE, 0);
  }

  /**
   * After one more look. A server that declines after it was away may have restarted, and with
   * whatever mode its option file says.
   */
  MasterView after(Observation observation, int enough) {
    if (observation instanceof Healthy healthy) {
      return new MasterView(
          name,
          true,
          true,
          0,
          "",
          Optional.of(healthy.facts()),
          healthy.lacking(),
          followed,
          healthy.findings(),
          healthy.findings().fullDisk().isEmpty() ? 0 : Math.min(fullLooks + 1, enough));
    }
    Failed failed = (Failed) observation;
    int more =
        switch (failed.kind()) {
          case REFUSED -> Math.max(enough, failures);
          case SILENT -> Math.min(failures + 1, enough);
          case DECLINED -> 0;
        };
    boolean left = failed.kind() != Kind.DECLINED;
    boolean unsure = !left && (failed.broken() || failures > 0);
    return new MasterView(
        name,
        true,
        false,
        more,
        failed.message(),
        unsure ? facts.map(it -> it.withMode(Mode.UNKNOWN)) : facts,
        lacking,
        followed && !left,
        findings,
        fullLooks);
  }

  /** Whether it answered and would not have us: it lives, and nothing can be done on it. */
  boolean isDeclining() {
    return observed && !reachable && failures == 0;
  }

  MasterView inMode(Mode mode) {
    return new MasterView(
        name,
        observed,
        reachable,
        failures,
        problem,
        facts.map(it -> it.withMode(mode)),
        mode == Mode.CLOSED ? lacking : Map.of(),
        followed,
        findings,
        fullLooks);
  }

  MasterView withFollowed() {
    return new MasterView(
        name, observed, reachable, failures, problem, facts, lacking, true, findings, fullLooks);
  }

  /** Whether the last look that was answered found its disk full. */
  boolean isShortOfSpace() {
    return fullLooks > 0;
  }

  boolean isIn(Mode mode) {
    return facts.map(it -> it.mode() == mode).orElse(false);
  }

  boolean isFetching() {
    return facts.map(it -> it.replication().fetching() != Fetching.STOPPED).orElse(false);
  }
}
