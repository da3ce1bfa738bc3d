package io.understudy.samples.node;

import io.understudy.ha.Explanation;
import io.understudy.ha.Forecast;
import io.understudy.ha.HaException;
import io.understudy.ha.HaNode;
import io.understudy.ha.LeaderInfo;
import io.understudy.ha.MemberId;
import io.understudy.ha.NodeStatus;
import io.understudy.ha.Operator;
import io.understudy.ha.Role;
import io.understudy.ha.WhatIf;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** What the HTTP API does to the node. */
final class Operations {
  private static final long LIMIT_SECONDS = 5;
  private static final long STEP_MILLIS = 5;

  private final HaNode node;
  private final RosterChanges rosterChanges;

  Operations(HaNode node) {
    this.node = node;
    this.rosterChanges = new RosterChanges(node);
  }

  /** All of it, as the HTTP API serves it. */
  List<Endpoint> endpoints() {
    return Arrays.stream(Route.values()).map(route -> route.answeredBy(this)).toList();
  }

  /**
   * Does it.
   *
   * @param by who asks, for people
   */
  Answer answer(Route route, Query query, String by) throws Answer.Refusal {
    Operator operator = node.operator(by);
    return switch (route) {
      case STATUS -> new Answer(200, StatusJson.of(node.status(), node.fenceHistory()));
      case LEADER -> leader(query.required("role"));
      case HANDOVER -> handOver(operator, query.required("role"), query.required("to"));
      case RESIGN -> resign(operator, query.required("role"));
      case STANDBY -> standby(operator, query.requiredSwitch("on"));
      case EXPLAIN -> new Answer(200, PlacementJson.of(explained(query.required("role"))));
      case SIMULATE -> new Answer(200, PlacementJson.of(simulated(Suppositions.of(query))));
      case MAINTENANCE -> maintenance(operator, query.requiredSwitch("on"));
      case ROSTER -> rosterChanges.answer(query, operator.roster());
      case RESET_FAIL_COUNT -> resetFailCount(operator, query.required("role"));
      case CONFIRM_FENCED -> confirm(operator, member(query.required("member")), query);
    };
  }

  private Answer leader(String name) {
    Optional<Role> role = node.role(name);
    boolean leading = role.map(Role::isLeader).orElse(false);
    Optional<LeaderInfo> leader = role.flatMap(Role::leader);
    String who =
        leader
            .map(known -> known.member() + " leads " + name + " in epoch " + known.epoch())
            .orElse("no leader of " + name + " is known here");
    return new Answer(
        leading ? 200 : 503,
        Json.object(
            "role", name,
            "leading", leading,
            "leader", leader.map(LeaderInfo::member).orElse(null),
            "epoch", leader.map(LeaderInfo::epoch).orElse(null),
            "message", who));
  }

  private static Answer handOver(Operator operator, String role, String to) throws Answer.Refusal {
    MemberId successor = member(to);
    LeaderInfo now =
        done(operator.handOver(role, successor), "hand-over of " + role + " to " + successor);
    return Answer.of(200, now.member() + " leads " + role + " in epoch " + now.epoch());
  }

  private Answer resign(Operator operator, String role) throws Answer.Refusal {
    done(operator.resign(role).thenApply(ended -> true), "resignation of " + role);
    return Answer.of(200, node.member() + " leads " + role + " no longer");
  }

  private static Answer resetFailCount(Operator operator, String role) throws Answer.Refusal {
    done(operator.resetFailCount(role).thenApply(reset -> true), "reset of " + role);
    return Answer.of(200, "failures of the resources of " + role + " are forgotten here");
  }

  /** With a role: nothing of that is left there. Without: the machine is off. */
  private Answer confirm(Operator operator, MemberId off, Query query) throws Answer.Refusal {
    if (query.has("role")) {
      String role = query.required("role");
      done(
          operator.confirmStopped(role, off).thenApply(taken -> true),
          "confirmation of " + role + " at " + off);
      return Answer.of(200, node.member() + " takes " + role + " for stopped at " + off);
    }
    done(operator.confirmFenced(off).thenApply(taken -> true), "confirmation of " + off);
    return Answer.of(200, node.member() + " takes " + off + " for off");
  }

  private Explanation explained(String role) throws Answer.Refusal {
    try {
      return node.explain(role);
    } catch (IllegalArgumentException e) {
      throw new Answer.Refusal(Answer.of(409, String.valueOf(e.getMessage())));
    }
  }

  private Forecast simulated(WhatIf change) throws Answer.Refusal {
    try {
      return node.simulate(change);
    } catch (IllegalArgumentException e) {
      throw new Answer.Refusal(Answer.of(409, String.valueOf(e.getMessage())));
    }
  }

  private static Answer maintenance(Operator operator, boolean on) throws Answer.Refusal {
    done(operator.maintenance(on).thenApply(taken -> true), "maintenance");
    return Answer.of(
        200,
        on ? "the cluster is in maintenance, as far as it can be told" : "maintenance is over");
  }

  private Answer standby(Operator operator, boolean on) throws Answer.Refusal {
    done(operator.standby(on).thenApply(taken -> true), "standby");
    long startNanos = System.nanoTime();
    while (on && leadsAnything()) {
      if (System.nanoTime() - startNanos > TimeUnit.SECONDS.toNanos(LIMIT_SECONDS)) {
        throw late("standby");
      }
      pause();
    }
    return Answer.of(200, node.member() + (on ? " is on standby" : " may lead"));
  }

  private boolean leadsAnything() {
    return node.status().roles().stream().anyMatch(NodeStatus.RoleStatus::leading);
  }

  private static void pause() throws Answer.Refusal {
    try {
      TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
    } catch (InterruptedException e) {
      throw closing();
    }
  }

  static MemberId member(String text) throws Answer.Refusal {
    try {
      return MemberId.of(text);
    } catch (IllegalArgumentException e) {
      throw Query.bad("a member's name is wanted: " + e.getMessage());
    }
  }

  private static <T> T done(CompletionStage<T> stage, String what) throws Answer.Refusal {
    return done(stage, () -> what);
  }

  /** Waits for an outcome; what it is called is asked if it does not come in time. */
  static <T> T done(CompletionStage<T> stage, Supplier<String> name) throws Answer.Refusal {
    try {
      return stage.toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw late(name.get());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HaException refused) {
        throw new Answer.Refusal(Answer.of(409, String.valueOf(refused.getMessage())));
      }
      throw new IllegalStateException(name.get() + " failed", e.getCause());
    } catch (InterruptedException e) {
      throw closing();
    }
  }

  private static Answer.Refusal late(String what) {
    return new Answer.Refusal(
        Answer.of(
            504,
            what + " was not done within " + LIMIT_SECONDS + " s; it may yet be, see the status"));
  }

  private static Answer.Refusal closing() {
    Thread.currentThread().interrupt();
    return new Answer.Refusal(Answer.of(409, "this member is closing"));
  }
}
