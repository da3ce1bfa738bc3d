package io.understudy.jdbc.internal.witness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.JdbcWitness;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WitnessUrlTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:mysql://db-03/ha",
        "jdbc:mysql://db-03:3306/ha?useSSL=false&autoReconnect=false",
        "jdbc:mariadb://[::1]:3306/ha?sslMode=disable",
        "jdbc:postgresql://db-03:5432/ha?ssl=true&targetServerType=any"
      })
  void takesOneServer(String url) {
    assertEquals(Optional.empty(), WitnessUrl.faultOf(url));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:mysql://a,b/ha",
        "jdbc:mysql://a:1,b:2/ha",
        "jdbc:mysql:loadbalance://a/ha",
        "jdbc:mysql:replication://a/ha",
        "jdbc:mysql+srv://a/ha",
        "jdbc:mysql://(host=a,port=1),(host=b)/ha",
        "jdbc:mysql://address=(host=a)/ha",
        "jdbc:mysql://a/ha?failOverReadOnly=true",
        "jdbc:mysql://a/ha?autoReconnect=true",
        "jdbc:mariadb:sequential://a/ha",
        "jdbc:mariadb:loadbalance://a,b/ha",
        "jdbc:mariadb://a,b/ha",
        "jdbc:mariadb://a/ha?transactionReplay=true",
        "jdbc:postgresql://a,b/ha",
        "jdbc:postgresql://a/ha?targetServerType=primary",
        "jdbc:postgresql://a/ha?loadBalanceHosts=true",
        "jdbc:aws-wrapper:mysql://a/ha",
        "jdbc:h2:mem:x"
      })
  void refusesWhatMayMoveToAnotherServer(String url) {
    assertTrue(WitnessUrl.faultOf(url).isPresent(), url);
    assertThrows(IllegalArgumentException.class, () -> JdbcWitness.of(url, "u", "p"));
  }

  @Test
  void tellsNoPassword() {
    String fault = WitnessUrl.faultOf("jdbc:mysql://a,b/ha?password=secret").orElseThrow();
    assertFalse(fault.contains("secret"), fault);
    assertTrue(fault.contains("a,b"), fault);
  }

  @Test
  void printsTheTableForThoseWhoCreateIt() {
    JdbcWitness witness = JdbcWitness.of("jdbc:mysql://a/ha", "u", "p").table("votes");
    assertTrue(witness.ddl("mysql").startsWith("CREATE TABLE IF NOT EXISTS votes ("));
    assertTrue(witness.ddl("postgresql").contains("BYTEA"));
    assertThrows(IllegalArgumentException.class, () -> witness.ddl("oracle"));
    assertThrows(IllegalArgumentException.class, () -> witness.table("votes; DROP"));
  }
}
