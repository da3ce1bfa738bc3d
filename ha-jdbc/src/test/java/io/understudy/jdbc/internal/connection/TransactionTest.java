package io.understudy.jdbc.internal.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.understudy.jdbc.Outcome;
import org.junit.jupiter.api.Test;

class TransactionTest {
  private final Transaction transaction = new Transaction();

  @Test
  void aCommitThatTheServerFailedMayHaveBeenDoneAllTheSame() {
    transaction.modeIs(false);
    transaction.sending(Work.ROWS);
    assertEquals(Outcome.ROLLED_BACK, transaction.unsent(Work.ROWS));
    transaction.failed(Work.ROWS);
    assertEquals(Outcome.ROLLED_BACK, transaction.unsent(Work.COMMIT), "a duplicate key");
    transaction.failed(Work.COMMIT);
    assertEquals(Outcome.UNKNOWN, transaction.unsent(Work.COMMIT), "a log that cannot be written");
    transaction.rolledBack();
    transaction.sending(Work.ROWS);
    assertEquals(Outcome.ROLLED_BACK, transaction.unsent(Work.COMMIT), "the next one");
  }
}
