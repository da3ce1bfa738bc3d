package io.understudy.ha;

/**
 * How {@link HaNodeBuilder#start()} finds the implementation: through {@link
 * java.util.ServiceLoader}, so that the API depends on nothing behind it. Applications have no use
 * for it.
 */
public interface NodeProvider {
  /**
   * Starts a node.
   *
   * @param config a configuration without faults
   * @return the running node
   * @throws HaConfigurationException if something outside the configuration forbids the start: the
   *     state directory, the port, other timing in the cluster, another secret
   */
  HaNode start(HaConfig config);
}
