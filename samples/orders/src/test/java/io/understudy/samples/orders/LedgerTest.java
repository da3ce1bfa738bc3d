package io.understudy.samples.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.ArgumentException;
import io.understudy.samples.orders.LedgerLine.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
  private static final LedgerLine LINE =
      new LedgerLine(12, "n1", 3, 41, Kind.ACK, 7, "db-01", 2, LedgerLine.SUCCESS);

  @TempDir Path directory;

  @Test
  void aLineIsReadAsItWasWritten() {
    assertEquals("12 n1 3 41 ACK 7 db-01 2 00000", LINE.text());
    assertEquals(LINE, LedgerLine.parse(LINE.text()));
    assertThrows(IllegalArgumentException.class, () -> LedgerLine.parse("12 n1 3 41 ACK"));
  }

  @Test
  void anotherLifeGoesOnAfterTheLastNumberAndTheOneThatWasUnderWay() throws Exception {
    Path file = directory.resolve("ledger");
    try (Ledger ledger = Ledger.open(Optional.of(file))) {
      assertEquals(1, ledger.firstSequence(3));
      ledger.add(LINE);
    }
    try (Ledger ledger = Ledger.open(Optional.of(file))) {
      assertEquals(43, ledger.firstSequence(3));
      assertEquals(1, ledger.firstSequence(4));
      ledger.add(LINE);
    }
    assertEquals(List.of(LINE.text(), LINE.text()), Files.readAllLines(file));
  }

  @Test
  void aFileThatIsNoLedgerIsLeftAlone() throws IOException {
    Path file = Files.writeString(directory.resolve("letter"), "dear reader\n");
    ArgumentException refusal =
        assertThrows(ArgumentException.class, () -> Ledger.open(Optional.of(file)));
    assertTrue(String.valueOf(refusal.getMessage()).startsWith("--ledger " + file));
    assertEquals("dear reader\n", Files.readString(file));
  }

  @Test
  void ofAUrlTheManagerGetsTheServerAlone() throws ArgumentException {
    MasterUrl master = MasterUrl.parse("db-01=jdbc:mysql://h:3306/shop?sslMode=REQUIRED");
    assertEquals("db-01", master.name());
    assertEquals("jdbc:mysql://h:3306/shop?sslMode=REQUIRED", master.url());
    assertEquals("jdbc:mysql://h:3306/?sslMode=REQUIRED", master.serverUrl());
    for (String wrong :
        List.of("db-01", "=jdbc:mysql://h/s", "a=jdbc:mysql://h,i/s", "a=jdbc:mysql://h/")) {
      assertThrows(ArgumentException.class, () -> MasterUrl.parse(wrong), wrong);
    }
  }
}
