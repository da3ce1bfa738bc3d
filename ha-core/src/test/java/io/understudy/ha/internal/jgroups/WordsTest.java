package io.understudy.ha.internal.jgroups;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class WordsTest {
  @Test
  void wordsAreTakenApartHoweverTheyArrive() throws MalformedMessageException {
    byte[] first = {1, 2, 3};
    byte[] second = new byte[300];
    Arrays.fill(second, (byte) 7);
    Words words = new Words();

    words.buffer().put(frame(first)).put(frame(second), 0, 200);

    assertArrayEquals(first, words.next());
    assertNull(words.next());
    words.buffer().put(frame(second), 200, frame(second).length - 200);
    assertArrayEquals(second, words.next());
    assertNull(words.next());
  }

  @Test
  void whatIsNoWordIsFoundOutAtItsFirstByte() {
    Words words = new Words();
    words.buffer().put((byte) 7);

    assertThrows(MalformedMessageException.class, words::next);
  }

  @Test
  void aWordThatWouldNotBeSentAtOnceIsNoneAndTheLongestFits() throws MalformedMessageException {
    byte[] longest = new byte[Words.BUDGET_BYTES - 3];
    Words words = new Words();

    words.buffer().put(frame(longest));

    assertArrayEquals(longest, words.next());
    assertNull(Words.frame(new byte[Words.BUDGET_BYTES - 2]));
  }

  private static byte[] frame(byte[] sealed) {
    return Objects.requireNonNull(Words.frame(sealed));
  }

  @Test
  void resignationsTakeBothWaysAndTheRestOne() {
    try (Cluster cluster = new Cluster(2)) {
      Member n1 = cluster.member(1).start();
      Member n2 = cluster.member(2).start();
      Life self = n1.config.self();
      await().atMost(Cluster.LONG).until(() -> n1.transport.isWatching(n2.config.self()));
      List<Envelope> envelopes =
          List.of(
              new Envelope("main", self, Life.ANY, 1, new Message.Resignation(3, null)),
              new Envelope("main", self, Life.ANY, 1, new Message.Canvass(1, List.of())));

      int before = connectionsFrom(self, n2);
      n1.transport.send(n2.id, envelopes);

      await()
          .atMost(Cluster.LONG)
          .until(
              () ->
                  n2.received.stream().filter(envelopes.get(0)::equals).count() == 2
                      && n2.received.stream().filter(envelopes.get(1)::equals).count() == 1);
      // The used connection makes room for another one, and nothing dies by that.
      await().atMost(Cluster.LONG).until(() -> connectionsFrom(self, n2) > before);
      await().atMost(Cluster.LONG).until(() -> n1.transport.isWatching(n2.config.self()));
      assertTrue(n1.deaths.isEmpty() && n2.deaths.isEmpty());
    }
  }

  /** How many connections of that life the member has ever let in. */
  private static int connectionsFrom(Life life, Member member) {
    String from = "from " + life + " at ";
    return (int) member.authentications.stream().filter(text -> text.startsWith(from)).count();
  }
}
