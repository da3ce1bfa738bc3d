package io.understudy.jdbc.internal.connection;

import io.understudy.jdbc.Outcome;

/** What a call stands for, as far as it matters when it fails. */
enum Work {
  /** It changes no data: settings, savepoints, metadata. */
  SESSION,
  /** Within a transaction it leaves the transaction open. */
  ROWS,
  /** It may have committed by itself. */
  ANYTHING,
  /** Some of its statements may have been done alone. */
  BATCH,
  /** It ends the transaction. */
  COMMIT;

  /** What became of it if it was never sent. */
  Outcome unsent(boolean autoCommit) {
    return autoCommit && this != COMMIT ? Outcome.NOT_EXECUTED : Outcome.ROLLED_BACK;
  }

  /** What became of it if its answer is missing. */
  Outcome inFlight(boolean autoCommit) {
    return switch (this) {
      case SESSION -> unsent(autoCommit);
      case ROWS, BATCH -> autoCommit ? Outcome.UNKNOWN : Outcome.ROLLED_BACK;
      case ANYTHING, COMMIT -> Outcome.UNKNOWN;
    };
  }

  /**
   * What became of it if the server refused a part of it: a procedure, or one of several
   * statements, may have committed what came before.
   */
  Outcome refused(boolean autoCommit) {
    return switch (this) {
      case SESSION, ROWS, COMMIT -> unsent(autoCommit);
      case BATCH -> inFlight(autoCommit);
      case ANYTHING -> Outcome.UNKNOWN;
    };
  }
}
