package io.understudy.ha.internal.jgroups;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A member that is connected and does not read: stopped, or at the far end of a dead path. */
final class DeafPeerTest {
  private final Cluster cluster = new Cluster(3);

  @AfterEach
  void closeAll() {
    cluster.close();
  }

  private static List<Envelope> large(Member from) {
    return List.of(
        new Envelope(
            "main",
            from.config.self(),
            Life.ANY,
            1,
            new Message.StateReply(
                1,
                Message.Knowledge.KNOWN,
                1,
                new RegisterValue(new RegisterVersion(1, 1), new byte[RegisterValue.MAX_BYTES]),
                Founding.NONE)));
  }

  @Test
  void sendingToAPeerThatDoesNotReadDelaysNobody() throws IOException {
    Member n1 = cluster.member(1).start();
    Member n2 = cluster.member(2).start();
    Member n3 = cluster.member(3).start();
    Cluster.awaitAllSeen(List.of(n1, n2, n3));
    n3.transport.crash();
    try (Stranger.Deaf deaf = new Stranger.Deaf(n3.config)) {
      AtomicInteger rounds = new AtomicInteger();
      await()
          .atMost(Cluster.LONG)
          .until(
              () -> {
                for (int i = 0; i < 2000; i++) {
                  n1.transport.send(n3.id, large(n1));
                }
                n1.transport.send(n2.id, n1.message(rounds.incrementAndGet()));
                return deaf.connections() >= 2;
              });
      await().atMost(Cluster.LONG).until(() -> n2.received.contains(n1.envelope(rounds.get())));
      assertTrue(n1.sees(n2), () -> "it sees " + n1.reachable);
    }
  }
}
