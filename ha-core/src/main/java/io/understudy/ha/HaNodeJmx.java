package io.understudy.ha;

import java.lang.management.ManagementFactory;
import java.rmi.server.RemoteServer;
import java.rmi.server.ServerNotActiveException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows a node over JMX, as {@code io.understudy:type=Node,cluster="...",member="..."}. */
public final class HaNodeJmx implements HaNodeMXBean {
  private static final Logger LOG = LoggerFactory.getLogger(HaNodeJmx.class);
  private static final long LIMIT_SECONDS = 5;

  private final HaNode node;

  private HaNodeJmx(HaNode node) {
    this.node = node;
  }

  /**
   * Registers a node with the platform's MBean server. Whoever reaches that server may operate the
   * node, so guard it.
   *
   * @param node the node
   * @return takes it out again; do that before the node is closed
   * @throws IllegalStateException if a node of that cluster and member is registered already
   */
  public static Subscription register(HaNode node) {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ObjectName name = nameOf(node);
    try {
      server.registerMBean(new HaNodeJmx(node), name);
    } catch (InstanceAlreadyExistsException e) {
      throw new IllegalStateException(
          name + " is registered already: close that node, or give this member another name", e);
    } catch (JMException e) {
      throw new IllegalStateException(name + " could not be registered: " + e, e);
    }
    return () -> unregister(server, name);
  }

  private static void unregister(MBeanServer server, ObjectName name) {
    try {
      server.unregisterMBean(name);
    } catch (InstanceNotFoundException e) {
      LOG.debug("{} is gone already", name);
    } catch (JMException e) {
      LOG.warn("{} could not be taken out of JMX", name, e);
    }
  }

  private static ObjectName nameOf(HaNode node) {
    try {
      return new ObjectName(
          "io.understudy:type=Node,cluster="
              + ObjectName.quote(node.cluster())
              + ",member="
              + ObjectName.quote(node.member().value()));
    } catch (JMException e) {
      throw new IllegalStateException("a quoted name is always one", e);
    }
  }

  @Override
  public String getMember() {
    return node.member().value();
  }

  @Override
  public String getCluster() {
    return node.cluster();
  }

  @Override
  public String getIncarnation() {
    return node.status().incarnation();
  }

  @Override
  public boolean isQuorum() {
    return node.hasQuorum();
  }

  @Override
  public boolean isInService() {
    return node.status().inService();
  }

  @Override
  public boolean isStandby() {
    return node.status().standby();
  }

  @Override
  public boolean isMaintenance() {
    return node.status().condition().maintenance();
  }

  @Override
  public List<String> getWarnings() {
    return node.status().warnings();
  }

  @Override
  public Map<String, String> getLeaders() {
    return ofRoles(role -> role.leader().map(leader -> leader.member().value()).orElse(""));
  }

  @Override
  public Map<String, String> getWaiting() {
    return ofRoles(NodeStatus.RoleStatus::waiting);
  }

  private Map<String, String> ofRoles(Function<NodeStatus.RoleStatus, String> what) {
    Map<String, String> texts = new TreeMap<>();
    node.status().roles().forEach(role -> texts.put(role.role(), what.apply(role)));
    return texts;
  }

  @Override
  public void handOver(String role, String member) {
    await(operator().handOver(role, MemberId.of(member)));
  }

  @Override
  public void resign(String role) {
    await(operator().resign(role));
  }

  @Override
  public void standby(boolean on) {
    await(operator().standby(on));
  }

  @Override
  public void maintenance(boolean on) {
    await(operator().maintenance(on));
  }

  @Override
  public String explain(String role) {
    return node.explain(role).toString();
  }

  @Override
  public String simulateLoss(String member) {
    return node.simulate(new WhatIf.MemberLost(MemberId.of(member))).toString();
  }

  @Override
  public void resetFailCount(String role) {
    await(operator().resetFailCount(role));
  }

  @Override
  public void confirmFenced(String member) {
    await(operator().confirmFenced(MemberId.of(member)));
  }

  @Override
  public void confirmStopped(String role, String member) {
    await(operator().confirmStopped(role, MemberId.of(member)));
  }

  private Operator operator() {
    return node.operator("jmx from " + caller());
  }

  private static String caller() {
    try {
      return RemoteServer.getClientHost();
    } catch (ServerNotActiveException e) {
      return "this process";
    }
  }

  /** With exceptions that every console has the classes of. */
  private static void await(CompletionStage<?> stage) {
    try {
      stage.toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalStateException(String.valueOf(cause.getMessage()));
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "not done within " + LIMIT_SECONDS + " s; it may yet be, see the attributes");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted; it may yet be done, see the attributes");
    }
  }
}
