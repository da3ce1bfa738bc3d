package io.understudy.jdbc.internal.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PositionsTest {
  @ParameterizedTest
  @CsvSource({
    "'', 0",
    "'3e11fa47-71ca-11e1-9e33-c80aa9429562:1', 1",
    "'3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5', 5",
    "'3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7:9-10', 8",
    "'3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5,\n4e11fa47-71ca-11e1-9e33-c80aa9429562:2', 6",
    "'3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:tag:1-2', 7",
  })
  void transactionsOfAMySqlSetAreCounted(String set, long count) {
    assertEquals(count, GtidSet.count(set));
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', 0",
    "'1-1-10', '1-1-10', 0",
    "'1-1-10', '1-1-13', 3",
    "'1-1-13', '1-1-10', 0",
    "'1-1-10,2-2-4', '1-1-10,2-2-5', 1",
    "'', '2-2-5', 5",
    "'0-1-3,0-2-9', '0-1-4,0-2-9', 1",
  })
  void transactionsThatAMariaDbServerLacksAreCounted(String own, String other, long count) {
    assertEquals(count, MariaDbPosition.parse(own).lacking(MariaDbPosition.parse(other)));
  }

  @Test
  void whatIsMissingIsNamed() {
    MariaDbPosition here = MariaDbPosition.parse("1-1-10,2-2-4");
    MariaDbPosition other = MariaDbPosition.parse("1-1-12,2-2-5,3-3-1,4-4-9");
    assertEquals("1-1-[11..12],2-2-5,3-3-1,4-4-[1..9]", here.missing(other));
    assertEquals("", here.missing(here));
    assertEquals(1, here.lacking(other.of("2-2")));
    assertEquals(0, here.lacking(other.of("2-1")));
    assertEquals(2, here.lacking(other.ofDomain("1")));
  }

  @Test
  void ofItsOwnTransactionsAMariaDbServerKnowsWhatItLogged() {
    assertEquals(
        "1-1-9,2-2-2", MariaDbPosition.ofServer("1-1-8,2-2-2", "1-1-9,2-2-3", "2-2").toString());
    assertEquals("1-1-9,2-2-3", MariaDbPosition.ofServer("1-1-8", "1-1-9,2-2-3", "2-2").toString());
  }

  @Test
  void transactionsOfOneMySqlServerAreCounted() {
    String set =
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:tag:1-2,4e11fa47-71ca-11e1-9e33-c80aa9429562:2";
    assertEquals(7, GtidSet.count(set, "3e11fa47-71ca-11e1-9e33-c80aa9429562"));
    assertEquals(1, GtidSet.count(set, "4e11fa47-71ca-11e1-9e33-c80aa9429562"));
    assertEquals(0, GtidSet.count(set, "5e11fa47-71ca-11e1-9e33-c80aa9429562"));
  }

  @Test
  void aServerWaitsForOtherDomainsOnly() {
    MariaDbPosition position = MariaDbPosition.parse("1-1-10,1-2-12,2-2-4", "3-3-1");
    assertEquals("1-2-12,3-3-1", position.withoutDomain("2"));
    assertEquals("1-1-10,1-2-12,2-2-4,3-3-1", position.toString());
  }

  @Test
  void onlyPositionsBecomeLiterals() throws SQLException {
    assertEquals("'1-1-10,2-2-4'", Sql.literal("1-1-10,2-2-4"));
    assertThrows(SQLException.class, () -> Sql.literal("1' OR '1"));
  }
}
