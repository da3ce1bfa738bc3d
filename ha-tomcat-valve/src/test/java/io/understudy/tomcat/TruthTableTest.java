package io.understudy.tomcat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every combination of what is required and what holds. */
class TruthTableTest {
  @ParameterizedTest
  @CsvSource({
    // quorum needed and held, role needed and led, writer needed and there: what fails
    "true,true, true,true, true,true, ''",
    "true,true, true,true, true,false, writer",
    "true,true, true,false, true,true, role:orders",
    "true,true, true,false, true,false, role:orders writer",
    "true,false, true,true, true,true, quorum",
    "true,false, true,true, true,false, quorum writer",
    "true,false, true,false, true,true, quorum role:orders",
    "true,false, true,false, true,false, quorum role:orders writer",
    "true,true, true,true, false,false, ''",
    "true,true, true,false, false,false, role:orders",
    "true,false, true,true, false,false, quorum",
    "true,false, true,false, false,false, quorum role:orders",
    "true,true, false,false, true,true, ''",
    "true,true, false,false, true,false, writer",
    "true,false, false,false, true,true, quorum",
    "true,false, false,false, true,false, quorum writer",
    "false,false, true,true, true,true, ''",
    "false,false, true,true, true,false, writer",
    "false,false, true,false, true,true, role:orders",
    "false,false, true,false, true,false, role:orders writer",
    "true,true, false,false, false,false, ''",
    "true,false, false,false, false,false, quorum",
    "false,false, true,true, false,false, ''",
    "false,false, true,false, false,false, role:orders",
    "false,false, false,false, true,true, ''",
    "false,false, false,false, true,false, writer",
    "false,false, false,false, false,false, ''",
  })
  void opensIfAllThatIsRequiredHolds(
      boolean needsQuorum,
      boolean quorum,
      boolean needsRole,
      boolean leads,
      boolean needsWriter,
      boolean writer,
      String failing) {
    FakeNode node = new FakeNode();
    node.quorum(quorum);
    node.with("orders").ledBy(leads ? "n1" : "n2", 1);
    List<Requirement> required = new ArrayList<>();
    if (needsQuorum) {
      required.add(Requirement.quorum(node));
    }
    if (needsRole) {
      required.add(Requirement.leads(new LedRole(node, "orders")));
    }
    if (needsWriter) {
      required.add(Requirement.added(Condition.of("writer", () -> writer)));
    }
    assertEquals(failing, namesOfFailing(new Requirements(required)));
  }

  private static String namesOfFailing(Requirements requirements) {
    long failing = requirements.failing();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < requirements.count(); i++) {
      if (Requirements.isFailing(failing, i)) {
        names.add(requirements.name(i));
      }
    }
    return String.join(" ", names);
  }
}
