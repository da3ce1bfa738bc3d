package io.understudy.ha;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/** A cluster of one member, for tests of what its roles run. */
final class GroupNode {
  private GroupNode() {}

  static HaNode start(Path state, Consumer<? super HaEvent> listener, RoleSpec... roles) {
    String port = FreePorts.of(1).get(0).toString();
    HaNodeBuilder builder =
        HaNode.builder()
            .cluster("groups")
            .member("n1")
            .roster("n1")
            .bind("127.0.0.1:" + port)
            .peers("127.0.0.1:" + port)
            .state(state)
            .secret(Secret.of("one node has this secret"))
            .timing(Timing.ofLease(Duration.ofSeconds(1)))
            .listener(listener);
    for (RoleSpec role : roles) {
      builder.role(role);
    }
    return builder.start();
  }
}
