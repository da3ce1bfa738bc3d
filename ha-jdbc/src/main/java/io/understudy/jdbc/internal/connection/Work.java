package io.understudy.jdbc.internal.connection;

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
  COMMIT
}
