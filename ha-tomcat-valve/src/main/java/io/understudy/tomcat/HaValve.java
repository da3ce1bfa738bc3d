package io.understudy.tomcat;

import io.understudy.ha.HaEvent;
import io.understudy.ha.HaNode;
import io.understudy.ha.Subscription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Valve;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.tomcat.util.buf.MessageBytes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets requests pass while this member may serve them, and answers 503 otherwise. One class for
 * Tomcat 9.0, 10.1 and 11.0: its bytecode names no servlet type.
 *
 * <pre>{@code
 * HaValve valve = new HaValve(node);
 * valve.setRole("orders");
 * valve.addCondition(Condition.of("writer", dataSource::isWriterAvailable));
 * tomcat.getEngine().getPipeline().addValve(valve);
 * }</pre>
 *
 * <p>A gated request passes if, at that moment, the member hears a quorum (unless {@linkplain
 * #setRequireQuorum switched off}), leads the {@linkplain #setRole role} if there is one, and every
 * {@linkplain #addCondition added condition} holds. It fails closed: the role is asked for its
 * lease each time, so a lease that ended in a pause of the process rejects the next request,
 * whether or not an event has told of it. A rejection has status 503, a random {@code Retry-After},
 * {@code Cache-Control: no-store} and a JSON body with the reason and the known leader. An
 * asynchronous request that was let in is finished, whatever has happened since.
 *
 * <p>The valve itself answers {@code /ha/health} (200 if gated requests pass, else 503) and {@code
 * /ha/leader?role=NAME} (200 on the role's leader, else 503) from memory; these are never gated.
 *
 * <p>Put it into an engine, a host or a context. In a context, all paths are relative to it.
 * Properties are set before the valve starts; a wrong one makes the start fail. Requests may come
 * from any number of threads.
 */
public final class HaValve extends ValveBase {
  private static final Logger LOG = LoggerFactory.getLogger(HaValve.class);
  private static final int DEFAULT_MAX_SECONDS = 3;

  private static final AtomicReferenceFieldUpdater<HaValve, Decision> DECISION =
      AtomicReferenceFieldUpdater.newUpdater(HaValve.class, Decision.class, "decision");

  private volatile Decision decision = Decision.STOPPED;
  private final List<Condition> conditions = new CopyOnWriteArrayList<>();
  private final @Nullable Gate gate;

  private @Nullable HaNode node;
  private String role = "";
  private boolean requireQuorum = true;
  private String gatedPaths = "";
  private String excludedPaths = "";
  private String healthPath = "/ha/health";
  private String leaderPath = "/ha/leader";
  private int retryAfterMinSeconds = 1;
  private int retryAfterMaxSeconds;
  private @Nullable Subscription subscription;

  /** A valve whose node is set later, before it starts. */
  public HaValve() {
    super(true);
    this.gate = null;
  }

  /**
   * A valve that follows a node.
   *
   * @param node the member; the valve does not close it
   */
  public HaValve(HaNode node) {
    super(true);
    this.gate = null;
    this.node = Objects.requireNonNull(node, "node");
  }

  /**
   * A valve that follows a gate of the application's own, without a node.
   *
   * @param gate decides; conditions can be added to it
   */
  public HaValve(Gate gate) {
    super(true);
    this.gate = Objects.requireNonNull(gate, "gate");
  }

  @Override
  public void invoke(Request request, Response response) throws IOException {
    Decision seen = decision;
    Plan plan = seen.plan();
    MessageBytes path = plan.pathOf(request);
    if (plan.endpoints().isHealth(path)) {
      Answers.health(plan, request, response);
    } else if (plan.endpoints().isLeader(path)) {
      Answers.leader(plan, request, response);
    } else if (plan.paths().gates(path) && rejects(seen, request, response)) {
      return;
    } else {
      pass(getNext(), request, response);
    }
  }

  /** Answers the request if it may not pass. */
  private boolean rejects(Decision seen, Request request, Response response) throws IOException {
    long failing = seen.plan().requirements().failing();
    Decision now = seen.says(failing) ? seen : decide(seen, failing);
    // An asynchronous dispatch crosses the valves again with a request that was let in before.
    if (now.isOpen() || request.isAsyncDispatching()) {
      return false;
    }
    Answers.reject(now, response);
    return true;
  }

  /** Publishes what was found, unless somebody has published since {@code seen}. */
  private Decision decide(Decision seen, long failing) {
    Decision now = Decision.of(seen.plan(), failing, seen.plan().leader());
    if (DECISION.compareAndSet(this, seen, now) && !seen.reason().equals(now.reason())) {
      if (now.isOpen()) {
        LOG.info("{}: open", now.plan().who());
      } else {
        LOG.info("{}: closed, gated requests get 503: {}", now.plan().who(), now.reason());
      }
    }
    return now;
  }

  /**
   * Passes on. The catch is for the compiler, to whom {@code Valve.invoke} throws a servlet type:
   * naming that type here would tie the class file to one servlet package.
   */
  private static void pass(Valve next, Request request, Response response) throws IOException {
    try {
      next.invoke(request, response);
    } catch (Exception e) {
      throw HaValve.<RuntimeException>asUnchecked(e);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Exception> E asUnchecked(Exception e) throws E {
    throw (E) e;
  }

  /**
   * Looks at everything now, so that a change of a condition is logged and its rejection rendered
   * before the next request. Only a convenience: each gated request looks for itself. Changes of
   * the node are noticed without it.
   */
  public void refresh() {
    Decision seen = decision;
    decide(seen, seen.plan().requirements().failing());
  }

  private void onEvent(HaEvent event) {
    if (!(event instanceof HaEvent.RegisterCommitted)) {
      refresh();
    }
  }

  @Override
  protected void startInternal() throws LifecycleException {
    Plan plan;
    try {
      plan = plan();
    } catch (IllegalArgumentException e) {
      throw new LifecycleException("the valve cannot start: " + e.getMessage(), e);
    }
    super.startInternal();
    decision = Decision.of(plan, plan.requirements().failing(), plan.leader());
    if (node != null) {
      subscription = node.subscribe(this::onEvent);
    }
    Decision first = decision;
    LOG.info("{}: started, {}", plan.who(), first.isOpen() ? "open" : "closed: " + first.reason());
  }

  @Override
  protected void stopInternal() throws LifecycleException {
    decision = Decision.STOPPED;
    if (subscription != null) {
      subscription.close();
      subscription = null;
    }
    super.stopInternal();
  }

  private Plan plan() {
    if (gate != null && (node != null || !role.isEmpty())) {
      throw new IllegalArgumentException("it has a gate of its own; set neither node nor role");
    }
    List<Requirement> required = new ArrayList<>();
    LedRole leads = null;
    if (gate != null) {
      required.add(Requirement.open(gate));
    } else if (node == null) {
      throw new IllegalArgumentException("it has no node; call setNode before the start");
    } else {
      if (requireQuorum) {
        required.add(Requirement.quorum(node));
      }
      if (!role.isEmpty()) {
        leads = new LedRole(node, role);
        required.add(Requirement.leads(leads));
      }
    }
    conditions.forEach(condition -> required.add(Requirement.added(condition)));
    return new Plan(
        node,
        leads,
        new Requirements(required),
        PathRules.parse(gatedPaths, excludedPaths),
        new Endpoints(healthPath, leaderPath),
        new RetryAfter(retryAfterMinSeconds, maxSeconds()),
        getContainer() instanceof Context);
  }

  private int maxSeconds() {
    if (retryAfterMaxSeconds != 0) {
      return retryAfterMaxSeconds;
    }
    int derived = node == null ? DEFAULT_MAX_SECONDS : RetryAfter.maxSecondsFor(node.timing());
    return Math.max(retryAfterMinSeconds, derived);
  }

  /**
   * Whether gated requests pass now.
   *
   * @return true if everything required holds
   */
  public boolean isOpen() {
    return decision.plan().requirements().failing() == 0;
  }

  /**
   * Why gated requests do not pass now.
   *
   * @return the reasons, or an empty string if they pass
   */
  public String getReason() {
    Requirements requirements = decision.plan().requirements();
    return requirements.reason(requirements.failing());
  }

  /**
   * Adds something that must hold for gated requests to pass.
   *
   * @param condition see {@link Condition#holds()} for its duties; at most 60 can be added
   */
  public void addCondition(Condition condition) {
    conditions.add(Objects.requireNonNull(condition, "condition"));
  }

  /**
   * The member that the valve follows.
   *
   * @param node the member; the valve does not close it
   */
  public void setNode(HaNode node) {
    this.node = Objects.requireNonNull(node, "node");
  }

  /**
   * The role that this member must lead for gated requests to pass. The member should declare it;
   * until it does, the gate is closed.
   *
   * @param role the role's name; empty, the default, requires none
   */
  public void setRole(String role) {
    this.role = Objects.requireNonNull(role, "role");
  }

  /**
   * Whether the member must hear a quorum for gated requests to pass.
   *
   * @param requireQuorum default true
   */
  public void setRequireQuorum(boolean requireQuorum) {
    this.requireQuorum = requireQuorum;
  }

  /**
   * The paths that are gated.
   *
   * @param gatedPaths prefixes of whole segments, separated by commas, for example {@code
   *     /orders,/admin}; empty, the default, gates every path
   */
  public void setGatedPaths(String gatedPaths) {
    this.gatedPaths = Objects.requireNonNull(gatedPaths, "gatedPaths");
  }

  /**
   * The paths that always pass, although a gated prefix covers them.
   *
   * @param excludedPaths prefixes of whole segments, separated by commas; default none
   */
  public void setExcludedPaths(String excludedPaths) {
    this.excludedPaths = Objects.requireNonNull(excludedPaths, "excludedPaths");
  }

  /**
   * Where the health answer is served.
   *
   * @param healthPath default {@code /ha/health}; empty serves none
   */
  public void setHealthPath(String healthPath) {
    this.healthPath = Objects.requireNonNull(healthPath, "healthPath");
  }

  /**
   * Where the leader answer is served.
   *
   * @param leaderPath default {@code /ha/leader}; empty serves none
   */
  public void setLeaderPath(String leaderPath) {
    this.leaderPath = Objects.requireNonNull(leaderPath, "leaderPath");
  }

  /**
   * The least {@code Retry-After} of a rejection.
   *
   * @param seconds default 1 s; 1 to 3600
   */
  public void setRetryAfterMinSeconds(int seconds) {
    this.retryAfterMinSeconds = seconds;
  }

  /**
   * The greatest {@code Retry-After} of a rejection.
   *
   * @param seconds up to 3600, not below the least; 0, the default, derives it: one and a half
   *     leases, rounded up, or 3 s without a node
   */
  public void setRetryAfterMaxSeconds(int seconds) {
    this.retryAfterMaxSeconds = seconds;
  }
}
