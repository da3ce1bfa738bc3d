package io.understudy.spring;

import io.understudy.ha.HaConfigurationException;
import io.understudy.ha.HaNode;
import io.understudy.ha.HaNodeBuilder;
import io.understudy.ha.MemberId;
import io.understudy.ha.Placement;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Secret;
import io.understudy.ha.Timing;
import io.understudy.ha.spi.FenceHook;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes a running node of {@link HaProperties}, or reports every fault at once. */
final class NodeStarter {
  private final HaProperties properties;
  private final List<String> faults = new ArrayList<>();

  private final @Nullable FenceHook fence;

  private NodeStarter(HaProperties properties, @Nullable FenceHook fence) {
    this.properties = properties;
    this.fence = fence;
  }

  /** With the application's fence hook, if it has one. */
  static HaNode start(HaProperties properties, @Nullable FenceHook fence) {
    return new NodeStarter(properties, fence).start();
  }

  /** The configured roles, without their listener. */
  static List<RoleSpec> roles(HaProperties properties) {
    NodeStarter starter = new NodeStarter(properties, null);
    List<RoleSpec> roles = starter.roles();
    starter.throwIfFaulty();
    return roles;
  }

  private HaNode start() {
    Optional<Secret> secret = secret();
    roles();
    HaNodeBuilder builder = builder();
    if (faults.isEmpty()) {
      secret.ifPresent(builder::secret);
    }
    // Without a secret the builder starts nothing, and only tells what else is wrong.
    boolean dry = !faults.isEmpty();
    try {
      return builder.start();
    } catch (HaConfigurationException refusal) {
      if (!dry) {
        throw refusal;
      }
      refusal.faults().stream()
          .filter(fault -> !fault.startsWith("secret is missing"))
          .forEach(faults::add);
      throw new HaConfigurationException(faults);
    }
  }

  private HaNodeBuilder builder() {
    HaNodeBuilder builder =
        HaNode.builder()
            .roster(properties.roster().toArray(String[]::new))
            .peers(properties.peers().toArray(String[]::new))
            .timing(Timing.ofLease(properties.lease()))
            .crashProof(properties.crashProof());
    ifPresent(properties.cluster(), builder::cluster);
    ifPresent(properties.member(), builder::member);
    ifPresent(properties.bind(), builder::bind);
    ifPresent(properties.state(), builder::state);
    ifPresent(fence, builder::fence);
    if (properties.witness()) {
      builder.witness();
    }
    return builder;
  }

  private static <T> void ifPresent(@Nullable T value, Consumer<? super T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }

  private Optional<Secret> secret() {
    if (properties.secret() != null && properties.secretFile() != null) {
      faults.add("secret and secret-file are both given; give one of them");
      return Optional.empty();
    }
    try {
      if (properties.secretFile() != null) {
        return Optional.of(Secret.ofFile(properties.secretFile()));
      }
      return Optional.ofNullable(properties.secret()).map(Secret::of);
    } catch (HaConfigurationException refusal) {
      faults.addAll(refusal.faults());
      return Optional.empty();
    }
  }

  private Placement placement(HaProperties.RoleProperties role) {
    Placement preferred =
        Placement.anywhere().preferring(role.prefer().stream().map(MemberId::of).toList());
    return role.failback()
        ? preferred.failingBackAfter(properties.lease().multipliedBy(2))
        : preferred;
  }

  /** Roles are declared when the application has started, so the builder does not see them. */
  private List<RoleSpec> roles() {
    List<RoleSpec> roles = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (HaProperties.RoleProperties role : properties.roles()) {
      String name = role.name() == null ? "" : role.name();
      if (!names.add(name)) {
        faults.add("role '" + name + "' is declared twice; declare it once");
        continue;
      }
      try {
        roles.add(RoleSpec.named(name).placed(placement(role)));
      } catch (IllegalArgumentException refusal) {
        faults.add(String.valueOf(refusal.getMessage()));
      }
    }
    if (properties.witness() && !names.isEmpty()) {
      faults.add(
          "a witness votes for every role and leads none, but declares "
              + names
              + "; declare no role on it");
    }
    return roles;
  }

  private void throwIfFaulty() {
    if (!faults.isEmpty()) {
      throw new HaConfigurationException(faults);
    }
  }
}
