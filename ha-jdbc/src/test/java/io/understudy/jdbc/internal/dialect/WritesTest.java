package io.understudy.jdbc.internal.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** States that were seen on servers whose disk was full, and some of servers that are well. */
class WritesTest {
  @ParameterizedTest
  @CsvSource({
    "waiting for handler commit, INSERT INTO t VALUES (1), true",
    "Commit, INSERT INTO t VALUES (1), true",
    "Commit, COMMIT, true",
    "starting, COMMIT, true",
    "Starting, xa commit 'a', true",
    "Waiting for someone to free space, COMMIT, true",
    "starting, SELECT 1, false",
    "starting, '', false",
    "starting, COMMITMENT(), false",
    "Waiting for backup lock, COMMIT, false",
    "Waiting for semi-sync ACK from slave, COMMIT, false",
    "'', '', false"
  })
  void aSessionThatCommitsIsKnownByItsState(String state, String statement, boolean commits) {
    assertEquals(commits, Writes.isCommit(state, statement));
  }
}
