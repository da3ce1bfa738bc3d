package io.understudy.jdbc.internal.routing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.RegisterValue;
import io.understudy.jdbc.Phase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AssignmentCodecTest {
  @Property(tries = 300)
  void anyReasonSurvives(@ForAll String reason, @ForAll @LongRange(min = 0) long generation) {
    Assignment before =
        new Assignment(
            generation,
            Phase.SERVING,
            "db-01",
            "",
            "db-02",
            1_700_000_000_000L,
            reason,
            masters(2),
            3);
    assertEquals(before, AssignmentCodec.decode(AssignmentCodec.encode(before)));
  }

  @Test
  void anAssignmentOfAnEarlierVersionIsTheFirstOfItsRow() {
    Assignment some = new Assignment(7, Phase.SERVING, "db-01", "", "", 5, "", masters(2));
    String text = new String(AssignmentCodec.encode(some.inRow(2)), StandardCharsets.UTF_8);
    byte[] earlier = text.replace("unplanned=2\n", "").getBytes(StandardCharsets.UTF_8);
    assertEquals(some, AssignmentCodec.decode(earlier));
  }

  @Test
  void itsDigitsAreTheSameInEveryLocale() {
    Assignment some = new Assignment(7, Phase.SERVING, "db-01", "", "", 5, "", masters(2));
    byte[] usual = AssignmentCodec.encode(some);
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG"));
      assertEquals("\u0661", "%d".formatted(1), "the locale has digits of its own");
      assertArrayEquals(usual, AssignmentCodec.encode(some));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void nothingMeansNobodyDecidedYet() {
    assertEquals(Assignment.NONE, AssignmentCodec.decode(new byte[0]));
  }

  @Test
  void thirtyMastersAndTheLongestReasonFitIntoARegister() {
    List<MasterRecord> masters =
        IntStream.rangeClosed(1, 30)
            .mapToObj(
                i ->
                    new MasterRecord(
                        "a-name-of-40-characters-at-most-%08d".formatted(i),
                        new IdSeries(4_294_967_295L, 65_535, 65_535),
                        Long.MAX_VALUE,
                        "1-1-1,".repeat(500)))
            .toList();
    String name = masters.get(29).name();
    Assignment large =
        new Assignment(
            Long.MAX_VALUE,
            Phase.DRAINING,
            name,
            name,
            name,
            Long.MAX_VALUE,
            "\u20ac".repeat(1000),
            masters);
    byte[] bytes = AssignmentCodec.encode(large);
    assertTrue(bytes.length <= RegisterValue.MAX_BYTES, () -> "it takes " + bytes.length);
    Assignment read = AssignmentCodec.decode(bytes);
    assertEquals(name, read.candidate());
    assertEquals(30, read.masters().size());
    assertTrue(large.reason().startsWith(read.reason()), read::reason);
    assertTrue(read.reason().length() > 50, "no more is cut than has to be");
  }

  @Test
  void masterLinesOfEarlierVersionsListNothing() {
    byte[] bytes = AssignmentCodec.encode(Assignment.NONE);
    String old = new String(bytes, StandardCharsets.UTF_8) + "master=db-01 1 2 1 3\n";
    assertEquals(
        List.of(new MasterRecord("db-01", new IdSeries(1, 2, 1), 3)),
        AssignmentCodec.decode(old.getBytes(StandardCharsets.UTF_8)).masters());
  }

  @Test
  void longListsOfTransactionsAreShortened() {
    MasterRecord long1 = new MasterRecord("db-01", new IdSeries(1, 2, 1), 3, "1-1-1,".repeat(500));
    Assignment some = new Assignment(7, Phase.SERVING, "db-01", "", "", 5, "", List.of(long1));
    String read =
        AssignmentCodec.decode(AssignmentCodec.encode(some)).masters().get(0).strandedGtids();
    assertEquals(800, read.length());
    assertTrue(read.endsWith("..."), read);
  }

  @Test
  void keysOfLaterVersionsAreSkipped() {
    byte[] bytes = AssignmentCodec.encode(Assignment.NONE);
    String extended = new String(bytes, StandardCharsets.UTF_8) + "colour=blue\n";
    assertEquals(
        Assignment.NONE, AssignmentCodec.decode(extended.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "understudy-assignment 2\ngeneration=1\n",
        "understudy-assignment 1\n",
        "understudy-assignment 1\ngeneration=x\nphase=SERVING\n",
        "understudy-assignment 1\ngeneration=1\nphase=SERVING\nwriter=\ncandidate=\nprevious=\nsince=0\nreason=",
        "understudy-assignment 1\ngeneration=1\nphase=SINGING\nwriter=\ncandidate=\nprevious=\nsince=0\nreason=",
        "understudy-assignment 1\nmaster=db-01 1 2\n",
        "\u0000"
      })
  void anythingElseIsRefused(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThrows(IllegalArgumentException.class, () -> AssignmentCodec.decode(bytes));
  }

  private static List<MasterRecord> masters(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(
            i ->
                new MasterRecord(
                    "a-name-of-40-characters-at-most-%08d".formatted(i),
                    new IdSeries(i, count, i),
                    i,
                    "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-" + i))
        .toList();
  }
}
