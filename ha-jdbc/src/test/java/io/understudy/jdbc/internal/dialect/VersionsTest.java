package io.understudy.jdbc.internal.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.understudy.jdbc.internal.routing.ServerFacts.Fetching;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.jdbc.internal.routing.ServerFacts.Replication;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the versions differ, in the words that servers use. */
class VersionsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "8.0.31",
        "8.0.35-27",
        "8.0.33-0ubuntu0.22.04.2",
        "8.4.3",
        "9.7.4",
        "26.7.0",
        "26.10.0-debug"
      })
  void numbersDoNotMakeAMariaDb(String version) {
    assertInstanceOf(MySqlDialect.class, Dialect.of(version));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.6.16-MariaDB-log",
        "5.5.5-10.6.16-MariaDB",
        "10.11.5-MariaDB-log",
        "11.4.5-MariaDB-log",
        "11.8.9-MariaDB-deb13",
        "12.0.2-MariaDB-ubu2404"
      })
  void theNameMakesAMariaDb(String version) {
    assertInstanceOf(MariaDbDialect.class, Dialect.of(version));
  }

  @ParameterizedTest
  @CsvSource({
    "0, OPEN", // until 11.8
    "1, CLOSED",
    "OFF, OPEN", // since 12.0
    "ON, CLOSED",
    "NO_LOCK, CLOSED",
    "NO_LOCK_NO_ADMIN, CLOSED",
    "a word of later versions, CLOSED",
  })
  void mariaDbsReadOnlyIsANumberOrAWord(String value, Mode mode) {
    assertEquals(mode, MariaDbDialect.mode(value));
  }

  @ParameterizedTest
  @CsvSource({"0, 0, OPEN", "1, 0, READ_ONLY", "1, 1, CLOSED"})
  void mySqlHasAModeInBetween(String readOnly, String superReadOnly, Mode mode) {
    assertEquals(mode, MySqlDialect.mode(readOnly, superReadOnly));
  }

  /** 8.0.22 and later, 9.7. */
  @Test
  void mySqlSpeaksOfReplicas() {
    Map<String, String> row =
        Map.of(
            "replica_io_running", "Yes",
            "replica_sql_running", "Yes",
            "seconds_behind_source", "3",
            "last_io_error", "",
            "last_sql_error", "");
    assertEquals(
        new Replication(true, Fetching.RECEIVING, true, OptionalLong.of(3), ""),
        MySqlDialect.replication(row, "replica", "source"));
  }

  /** 10.11, 11.4 and 11.8, whatever the statement is called. */
  @Test
  void mariaDbSpeaksOfSlaves() {
    Map<String, String> row =
        Map.of(
            "slave_io_running", "Preparing",
            "slave_sql_running", "No",
            "seconds_behind_master", "",
            "last_io_error", "",
            "last_sql_error", "Duplicate entry");
    assertEquals(
        new Replication(true, Fetching.CONNECTING, false, OptionalLong.empty(), "Duplicate entry"),
        MySqlDialect.replication(row, "slave", "master"));
    assertEquals(Replication.NONE, MySqlDialect.replication(Map.of(), "slave", "master"));
  }

  @Test
  void grantsAreReadAsEachProductWritesThem() {
    Grants mysql =
        Grants.parse(
            List.of(
                "GRANT PROCESS, REPLICATION CLIENT ON *.* TO `m`@`%` WITH GRANT OPTION",
                "GRANT CONNECTION_ADMIN,SYSTEM_USER ON *.* TO `m`@`%`",
                "GRANT SELECT ON `performance_schema`.* TO `m`@`%`",
                "GRANT SELECT (`a`, `b`) ON `x`.`t` TO `m`@`%`",
                "GRANT PROXY ON ``@`` TO `m`@`%`",
                "GRANT `r1`@`%`,`r2`@`%` TO `m`@`%`"));
    assertEquals(
        Set.of("PROCESS", "REPLICATION CLIENT", "CONNECTION_ADMIN", "SYSTEM_USER"), mysql.global());
    assertEquals(Set.of("SELECT ON performance_schema"), mysql.schemas());
    assertEquals(Set.of("`r1`@`%`", "`r2`@`%`"), mysql.roles());
    Grants mariaDb =
        Grants.parse(
            List.of(
                "GRANT `r1` TO `app`@`%`",
                "GRANT ALL PRIVILEGES ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '*6C' WITH GRANT OPTION"));
    assertEquals(Set.of("`r1`"), mariaDb.roles());
    assertEquals(List.of("ALL PRIVILEGES"), mariaDb.among(List.of("READ_ONLY ADMIN")));
  }
}
