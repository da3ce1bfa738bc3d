package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.internal.jgroups.ChannelTransport;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RehearsalTest {
  @Test
  void threeElectionsInARowGiveALeaderEach() {
    assertTrue(Rehearsal.play(envelopes -> envelopes));
  }

  @Test
  void soDoTheyOverTheWire() {
    assertTrue(Rehearsal.play(ChannelTransport::overTheWire));
  }

  @Test
  void aResourceIsStartedAndStopped() {
    assertTrue(Rehearsal.playGroup());
  }

  @Test
  void aWireThatLosesEverythingEndsThePerformanceToo() {
    assertFalse(Rehearsal.play(envelopes -> List.of()));
  }
}
