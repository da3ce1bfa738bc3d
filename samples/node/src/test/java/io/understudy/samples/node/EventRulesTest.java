package io.understudy.samples.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lives are separated by slashes, their events written {@code mono event epoch} with commas. */
class EventRulesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'1 elected 1,5 revoked 1' / '2 leader 1' | 0",
        "1 elected 1,5 revoked 1,9 elected 3,10 revoked 3 / 6 elected 2 | 0",
        "1 elected 1 / 2 elected 1 | 1",
        "1 elected 2 / 2 elected 1 | 1",
        "1 elected 1,2 elected 2 | 1",
        "1 elected 1,2 revoked 2 | 1",
        "1 revoked 1 | 1",
        "1 leader 2,2 leader 1 | 1",
        "1 started 7,2 leader 2 / 3 death 7 | 0",
        "1 started 7,4 leader 2 / 3 death 7 | 1",
        "1 started 8,4 leader 2 / 3 death 7 | 0",
      })
  void brokenRulesAreCounted(String lives, int count) {
    List<List<Event>> parsed =
        Arrays.stream(lives.replace("'", "").split("/", -1))
            .map(life -> Arrays.stream(life.split(",", -1)).map(EventRulesTest::event).toList())
            .toList();

    assertEquals(count, EventRules.broken(parsed).size());
  }

  private static Event event(String text) {
    String[] words = text.strip().split(" ", -1);
    return Event.parse(
        """
        {"mono":%1$s,"wall":"w","node":"n","event":"%2$s","role":"main","leader":"x",\
        "epoch":%3$s,"incarnation":"%3$s"}"""
            .formatted(words[0], words[1], words[2]));
  }
}
