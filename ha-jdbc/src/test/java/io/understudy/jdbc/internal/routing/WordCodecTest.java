package io.understudy.jdbc.internal.routing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.SwitchoverResult.Step;
import io.understudy.jdbc.SwitchoverResult.StepTime;
import io.understudy.jdbc.internal.routing.Word.Progress;
import io.understudy.jdbc.internal.routing.Word.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class WordCodecTest {
  private static final int MAX = 255;
  private static final List<String> NAMES = List.of("db-01", "db-02");
  private static final Map<String, Sight> SIGHTS =
      Map.of("db-01", Sight.OK, "db-02", Sight.silent(2));
  private static final SwitchOrder ORDER = new SwitchOrder(-7, 12, "db-02");

  private static List<StepTime> steps(int count) {
    List<StepTime> steps = new ArrayList<>();
    List<Step> all = List.copyOf(EnumSet.allOf(Step.class));
    for (int i = 0; i < count; i++) {
      steps.add(new StepTime(all.get(i % all.size()), Duration.ofMillis(10L * i)));
    }
    return steps;
  }

  private static SwitchoverResult result(Outcome outcome, String reason, int steps) {
    return new SwitchoverResult("db-01", "db-02", outcome, reason, 5, steps(steps), "n2");
  }

  private static Word word(Refusal refusal, Progress progress) {
    return new Word(SIGHTS, Optional.of(ORDER), Optional.of(refusal), Optional.of(progress));
  }

  private static Word sent(Word word) {
    byte[] bytes = WordCodec.encode(word, MAX);
    assertTrue(bytes.length <= MAX, () -> bytes.length + " bytes");
    return WordCodec.decode(bytes, NAMES, "n2");
  }

  @Test
  void whatWasToldIsUnderstood() {
    for (Outcome outcome : Outcome.values()) {
      if (outcome != Outcome.UNKNOWN) { // who does not know it tells nobody
        Word word = word(new Refusal(9, "not now"), new Progress(-7, result(outcome, "so", 8)));
        assertEquals(word, sent(word));
      }
    }
    assertEquals(Word.NONE, sent(Word.NONE));
    assertArrayEquals(new byte[0], WordCodec.encode(Word.NONE, MAX));
  }

  @Test
  void longTextsAreCutBetweenCharactersAndNothingElseIs() {
    String text = "Grüße".repeat(100);
    Progress progress = new Progress(-7, result(Outcome.OVERTAKEN, text, 8));
    Word read = sent(word(new Refusal(9, text), progress));
    Refusal refusal = read.refusal().orElseThrow();
    SwitchoverResult result = read.progress().orElseThrow().result();
    assertEquals(9, refusal.order());
    assertTrue(text.startsWith(refusal.why()) && refusal.why().length() > 50, refusal.why());
    assertTrue(text.startsWith(result.reason()), result.reason());
    assertEquals(steps(8), result.steps());
    assertEquals(SIGHTS, read.sights());
    assertEquals(Optional.of(ORDER), read.order());
  }

  @Test
  void ofManyStepsTheFirstAndTheLastAreTold() {
    Progress many = new Progress(-7, result(Outcome.ROLLED_BACK, "", 40));
    List<StepTime> told =
        sent(new Word(Map.of(), Optional.empty(), Optional.empty(), Optional.of(many)))
            .progress()
            .orElseThrow()
            .result()
            .steps();
    assertEquals(16, told.size());
    assertEquals(steps(40).get(0), told.get(0));
    assertEquals(steps(40).get(39), told.get(15));
  }

  @Test
  void whatALaterVersionSaysBesidesIsSkipped() {
    byte[] known =
        WordCodec.encode(
            new Word(SIGHTS, Optional.of(ORDER), Optional.empty(), Optional.empty()), MAX);
    byte[] more = Arrays.copyOf(new byte[] {'x', 3, 'S', 1, 2}, 5 + known.length);
    System.arraycopy(known, 0, more, 5, known.length);
    Word read = WordCodec.decode(more, NAMES, "n2");
    assertEquals(SIGHTS, read.sights());
    assertEquals(Optional.of(ORDER), read.order());
  }

  @Property
  void anyBytesAreReadOrIgnored(@ForAll byte[] bytes) {
    assertTrue(NAMES.containsAll(WordCodec.decode(bytes, NAMES, "n2").sights().keySet()));
    byte[] section = new byte[bytes.length + 2];
    System.arraycopy(bytes, 0, section, 2, bytes.length);
    section[1] = (byte) bytes.length;
    for (char tag : "SONP".toCharArray()) {
      section[0] = (byte) tag;
      assertTrue(NAMES.containsAll(WordCodec.decode(section, NAMES, "n2").sights().keySet()));
    }
  }
}
