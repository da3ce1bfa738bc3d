package io.understudy.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.RoleRegister;
import io.understudy.jdbc.internal.routing.Sight;
import io.understudy.jdbc.internal.routing.Word;
import io.understudy.jdbc.internal.routing.WordCodec;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

class HaDataSourceBuilderTest {
  @Test
  void mastersThatMembersCouldNotTellApartAreRefused() {
    String faults = faults(List.of("db-Aa", "db-BB"));
    assertTrue(faults.contains("masters 'db-Aa' and 'db-BB'"), faults);
    assertTrue(faults.contains("rename one"), faults);
    faults = faults(List.of("db-01", "db-01"));
    assertTrue(faults.contains("'db-01' is given twice"), faults);
    assertFalse(faults(List.of("db-Aa", "db-Ab")).contains("master"));
  }

  /** What of them has no room would never be known to the others. */
  @Test
  void noMoreMastersAreTakenThanOneMemberCanTellOf() {
    List<String> most = names(7);
    var sights = most.stream().collect(Collectors.toMap(Function.identity(), it -> Sight.OK));
    Word word = new Word(sights, Optional.empty(), Optional.empty(), Optional.empty());
    byte[] told = WordCodec.encode(word, RoleRegister.MAX_TOLD_BYTES);
    assertEquals(sights, WordCodec.decode(told, most, "n1").sights());
    assertFalse(faults(most).contains("masters"));
    String faults = faults(names(8));
    assertTrue(faults.contains("masters: 8 given, at most 7 are wanted"), faults);
  }

  private static List<String> names(int count) {
    return IntStream.rangeClosed(1, count).mapToObj("db-%02d"::formatted).toList();
  }

  private static String faults(List<String> masters) {
    HaDataSourceBuilder builder = HaDataSource.builder();
    var nowhere = new SingleConnectionDataSource();
    masters.forEach(it -> builder.master(it, nowhere, nowhere));
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, builder::build).getMessage());
  }
}
