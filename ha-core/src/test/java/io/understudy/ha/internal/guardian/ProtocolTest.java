package io.understudy.ha.internal.guardian;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProtocolTest {
  @Test
  void fieldsMayHoldAnything() {
    List<String> fields = List.of("", "a\tb", "c\nd", "\\t", "\\", "ä", "");

    String line = Protocol.line(fields);

    assertEquals(fields, Protocol.fields(line));
    assertFalse(line.contains("\n"));
  }

  @Test
  void aDutyIsReadAsItWasWritten() {
    StopOrder address = new StopOrder("address", List.of("ip", "addr", "del"), Map.of());
    StopOrder job = new StopOrder("job", List.of("job", ""), Map.of("A", "b c", "D", ""));
    Duty duty = new Duty("main", 1_000, 5, List.of(address, job));

    Iterator<String> fields = Protocol.fields(Protocol.line(duty.fields(7))).iterator();

    assertEquals(Protocol.DUTY, fields.next());
    assertEquals(new Duty("main", 1_007, 5, List.of(address, job)), Duty.readFrom(fields));
  }

  @Test
  void noDeadlineIsNoneOnEveryClock() {
    Duty duty = new Duty("main", Duty.NEVER, 5, List.of());

    assertEquals(Long.toString(Duty.NEVER), duty.deadlineField(12));
    assertEquals(Long.toString(Duty.NEVER), duty.deadlineField(-12));
  }
}
