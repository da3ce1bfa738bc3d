package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaNode;
import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Holding;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Message.Inventory;
import io.understudy.ha.internal.election.Message.Part;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterChange;
import io.understudy.ha.internal.election.RosterRules;
import io.understudy.ha.internal.jgroups.ChannelTransport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What members hold, of more roles than one message can name. */
final class InventoriesTest {
  private static final RosterRules RULES = new RosterRules();
  private static final MemberId MEMBER = MemberId.of("n1");
  private static final Life LIFE = new Life(MEMBER, 7);
  private static final Roster ALONE = new Roster(1, List.of(new RosterMember(MEMBER, 1, false)));

  private final Inventories inventories = new Inventories(RULES);

  /** As many as a member can have had in several lives, with names and numbers of full length. */
  private static Inventory huge() {
    Map<String, Holding> holdings = new TreeMap<>();
    for (int role = 0; role < 2 * HaNode.MAX_ROLES; role++) {
      String name = "%064d".formatted(role);
      holdings.put(
          name,
          new Holding(Long.MAX_VALUE, new RegisterVersion(Long.MAX_VALUE, Long.MAX_VALUE - role)));
    }
    return new Inventory(1, RegisterVersion.NONE, true, Part.WHOLE, holdings);
  }

  private static List<Inventory> cut(Inventory whole, long answer) {
    return Inventories.cut(whole, answer, RULES.namesInOneMessage());
  }

  private static Inventory overTheWire(Message message) {
    Envelope envelope = new Envelope(RosterChange.ROLE, LIFE, Life.ANY, 1, message);
    return (Inventory) ChannelTransport.overTheWire(List.of(envelope)).get(0).message();
  }

  @Test
  void aHugeOneTravelsInPartsThatArriveInAnyOrderAndTwice() {
    Inventory whole = huge();
    List<Inventory> parts = new ArrayList<>();
    cut(whole, 1).forEach(part -> parts.add(overTheWire(part)));
    Collections.reverse(parts);

    for (Inventory part : parts.subList(1, parts.size())) {
      assertFalse(inventories.add(LIFE, part));
      assertFalse(inventories.add(LIFE, part));
      assertFalse(inventories.isKnown(ALONE), "an incomplete answer was counted");
    }

    assertTrue(inventories.add(LIFE, parts.get(0)));
    assertTrue(inventories.isKnown(ALONE));
    assertTrue(inventories.votes(MEMBER));
    inventories.put(MEMBER, whole);
    assertTrue(inventories.carries(MEMBER), "nothing was added on the way");
    inventories.put(MEMBER, new Inventory(1, RegisterVersion.NONE, true, Part.WHOLE, Map.of()));
    assertFalse(inventories.carries(MEMBER), "and nothing lost");
  }

  @Test
  void whatIsMissingIsAskedForInAsManyRoundsAsItTakes() {
    inventories.put(MEMBER, huge());
    assertTrue(inventories.isKnown(ALONE));
    inventories.put(MEMBER, new Inventory(1, RegisterVersion.NONE, true, Part.WHOLE, Map.of()));
    List<String> stale = inventories.stale(MEMBER);
    assertEquals(RULES.namesInOneMessage(), stale.size());
    Envelope envelope =
        new Envelope(RosterChange.ROLE, LIFE, Life.ANY, 1, new Message.InventoryRequest(1, stale));
    assertEquals(List.of(envelope), ChannelTransport.overTheWire(List.of(envelope)));
  }

  /** A role could be in the one part no more and in the other not yet. */
  @Test
  void partsOfTwoAnswersAreNotPutTogether() {
    List<Inventory> first = cut(huge(), 1);
    List<Inventory> second = cut(huge(), 2);
    List<Inventory> ofAnotherLife = cut(huge(), 2);
    int last = first.size() - 1;

    first.subList(0, last).forEach(part -> inventories.add(LIFE, part));
    assertFalse(inventories.add(LIFE, second.get(last)));
    assertFalse(inventories.add(LIFE, first.get(last)), "late");
    assertFalse(inventories.add(new Life(MEMBER, 8), ofAnotherLife.get(0)));
    second.subList(0, last - 1).forEach(part -> inventories.add(LIFE, part));
    assertFalse(inventories.isKnown(ALONE));
  }
}
