package io.understudy.ha.internal.jgroups;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MembershipTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final List<Integer> ports = Member.freePorts(3);
  private final List<Member> open = new ArrayList<>();

  private Member member(int number) {
    return member(Member.config("n" + number, ports.get(number - 1), ports));
  }

  private Member member(TransportConfig config) {
    Member member = new Member(config);
    open.add(member);
    return member;
  }

  @AfterEach
  void closeAll() {
    open.forEach(Member::close);
  }

  @Test
  void threeMembersSeeEachOtherAndTalk() {
    Member n1 = member(1).start();
    Member n2 = member(2).start();
    Member n3 = member(3).start();
    await().atMost(LONG).until(() -> n1.sees(n2, n3) && n2.sees(n1, n3) && n3.sees(n1, n2));
    n1.transport.send(n2.id, n1.message(7));
    await().atMost(LONG).until(() -> !n2.received.isEmpty());
    assertEquals(List.of(n1.message(7)), List.copyOf(n2.received));
    assertEquals(0, n3.received.size());
  }
}
