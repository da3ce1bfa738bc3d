package io.understudy.ha.internal;

import io.understudy.ha.Connectivity;
import io.understudy.ha.HaConfig;
import io.understudy.ha.HaConfigurationException;
import io.understudy.ha.HaNode;
import io.understudy.ha.NodeProvider;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.jgroups.ChannelTransport;
import io.understudy.ha.internal.placement.PlacementRules;
import io.understudy.ha.internal.placement.RoleRules;
import io.understudy.ha.internal.runtime.FileStore;
import io.understudy.ha.internal.runtime.Incarnations;
import io.understudy.ha.internal.runtime.MemberRecord;
import io.understudy.ha.internal.runtime.NodeRuntime;
import io.understudy.ha.internal.runtime.Rehearsal;
import io.understudy.ha.internal.runtime.RosterCodec;
import io.understudy.ha.internal.runtime.StoreFailedException;
import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wires a node: a state file, the election's runtime, JGroups. The only class that knows all of
 * them.
 */
public final class JGroupsNodeProvider implements NodeProvider {
  private static final Logger LOG = LoggerFactory.getLogger(JGroupsNodeProvider.class);

  @Override
  public HaNode start(HaConfig config) {
    requireRulesThatCanBeKept(config);
    FileStore store = FileStore.open(config.stateDirectory());
    try {
      MemberRecord stored = stored(config, store);
      NodeRuntime node =
          new NodeRuntime(
              config,
              store,
              stored,
              new ChannelTransport(config, RosterCodec.known(stored).roster()),
              Incarnations.draw());
      rehearse(config);
      start(config, node);
      return node;
    } catch (StoreFailedException e) {
      closeQuietly(store);
      throw new HaConfigurationException(
          "state directory " + config.stateDirectory() + ": " + e.getMessage() + "; make room", e);
    } catch (RuntimeException e) {
      closeQuietly(store);
      throw e;
    }
  }

  /**
   * Before anything is opened; a role that is declared later is checked against the others then.
   */
  private static void requireRulesThatCanBeKept(HaConfig config) {
    Connectivity.WhenAllLack whenAllLack = config.safeguards().connectivity().whenAllLack();
    List<RoleRules> rules =
        config.roles().stream()
            .map(role -> new RoleRules(role.name(), role.placement(), whenAllLack))
            .toList();
    List<String> faults = PlacementRules.check(rules);
    if (!faults.isEmpty()) {
      throw new HaConfigurationException(faults);
    }
  }

  /** Beside the start: a new member votes for nobody yet, and this takes a fraction of a second. */
  private static void rehearse(HaConfig config) {
    Thread thread =
        new Thread(
            () -> {
              if (!Rehearsal.play(ChannelTransport::overTheWire)) {
                LOG.debug("{} - the rehearsal gave no leader", config.member());
              }
            },
            "understudy-rehearsal-" + config.member());
    thread.setDaemon(true);
    thread.start();
  }

  private static void start(HaConfig config, NodeRuntime node) {
    try {
      node.start();
    } catch (RuntimeException e) {
      node.close();
      throw e;
    } catch (IOException e) {
      node.close();
      throw new HaConfigurationException(
          "cannot listen on "
              + config.bind()
              + " ("
              + e.getMessage()
              + "); give an address of this machine and a free port",
          e);
    }
  }

  private static MemberRecord stored(HaConfig config, FileStore store) {
    Roster configured = new Roster(1, config.roster());
    MemberRecord stored =
        store
            .load()
            .orElseGet(
                () ->
                    new MemberRecord(
                        config.member(),
                        config.cluster(),
                        configured,
                        0,
                        Founding.NONE,
                        new TreeMap<>()));
    if (!stored.member().equals(config.member()) || !stored.cluster().equals(config.cluster())) {
      throw new HaConfigurationException(
          "state directory "
              + config.stateDirectory()
              + " belongs to member "
              + stored.member()
              + " of cluster '"
              + stored.cluster()
              + "', not to "
              + config.member()
              + " of '"
              + config.cluster()
              + "'; give each member a directory of its own",
          null);
    }
    Roster durable = RosterCodec.known(stored).roster();
    if (!durable.members().equals(configured.members())) {
      LOG.warn(
          "{} - the durable roster (version {}) wins over the configured one: {} instead of {}",
          config.member(),
          durable.version(),
          durable.members(),
          configured.members());
    }
    return stored;
  }

  private static void closeQuietly(FileStore store) {
    try {
      store.close();
    } catch (IOException e) {
      LOG.warn("the lock on the state directory could not be given back", e);
    }
  }
}
