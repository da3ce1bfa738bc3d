package io.understudy.jdbc.internal.connection;

import io.understudy.jdbc.Outcome;

/**
 * What would be lost with a connection now: the work sent since the last end of a transaction. A
 * failure is judged by it, so that nothing is called rolled back that may be kept. Used by the
 * connection's thread alone.
 */
final class Transaction {
  private boolean autoCommit = true;
  private boolean modeKnown;
  private boolean changedByText;

  /** Something was sent since the last end, reads included. */
  private boolean sent;

  /** Something was sent since the last end that may change data. */
  private boolean wrote;

  /** Something was sent since the last end that may have committed what came before it. */
  private boolean mayHaveCommitted;

  /** Somebody has the connection behind the guard, and may have sent anything. */
  private boolean bypassed;

  /** The last commit was found to have left nothing, and nobody has begun anew. */
  private boolean commitFailed;

  /** An outcome was told as unknown; the connection ends with that. */
  private boolean unknown;

  boolean isModeKnown() {
    return modeKnown;
  }

  boolean autoCommit() {
    return autoCommit;
  }

  void modeIs(boolean on) {
    autoCommit = on;
    modeKnown = true;
  }

  /** The mode was set by the interface, which tells it for sure. */
  void switchedTo(boolean on) {
    if (!isOpen()) {
      end();
    }
    modeIs(on);
    changedByText = false;
  }

  /** A statement was sent whose text may have switched auto-commit. */
  void changedByText() {
    changedByText = true;
  }

  void wrote() {
    wrote = true;
  }

  void bypassed() {
    bypassed = true;
    sent = true;
    wrote = true;
  }

  /**
   * Something is about to be sent. Noted before, because a procedure can commit and then fail with
   * an error of its own.
   */
  void sending(Work work) {
    if (work != Work.SESSION && work != Work.COMMIT) {
      sent = true;
      mayHaveCommitted |= work == Work.ANYTHING;
    }
  }

  /** Whether a commit ends a transaction that may have changed something. */
  boolean mayHaveChanged() {
    return wrote && !autoCommit;
  }

  /** Whether there is work that the next commit is to keep. */
  boolean isOpen() {
    return sent && (!autoCommit || changedByText);
  }

  /** Whether a commit has nothing to keep, whatever the mode is, and none before it failed. */
  boolean isEmpty() {
    return !sent && !commitFailed && !unknown;
  }

  void committed() {
    end();
    unknown = false;
  }

  /**
   * A call failed, and the connection lives. What a server did of a commit that it failed, its
   * error does not tell.
   */
  void failed(Work work) {
    mayHaveCommitted |= work == Work.COMMIT;
  }

  /** Whether a part of it may be kept, whatever becomes of the commit at its end. */
  boolean mayBeKeptInPart() {
    return mayHaveCommitted || bypassed || changedByText;
  }

  /** What was told as unknown stays so. */
  void rolledBack() {
    end();
  }

  /** A commit failed before it was sent or with the connection; its caller is told so. */
  void commitFailed() {
    end();
    commitFailed = true;
  }

  boolean hasFailedCommit() {
    return commitFailed;
  }

  /** The commit that was told as unknown was found to have left nothing. */
  void foundRolledBack() {
    unknown = false;
  }

  /** An outcome is told. */
  void told(Outcome outcome) {
    unknown |= outcome == Outcome.UNKNOWN;
  }

  private void end() {
    sent = bypassed;
    wrote = bypassed;
    mayHaveCommitted = false;
    commitFailed = false;
  }

  /** What became of some work if it was never sent. */
  Outcome unsent(Work work) {
    if (unknown) {
      return Outcome.UNKNOWN;
    }
    if (commitFailed) {
      return Outcome.ROLLED_BACK;
    }
    if (!sent) {
      return Outcome.NOT_EXECUTED;
    }
    if (bypassed || changedByText) {
      return Outcome.UNKNOWN;
    }
    if (autoCommit) { // a commit stands for statements that are kept, or for BEGIN as text
      return work == Work.COMMIT ? Outcome.UNKNOWN : Outcome.NOT_EXECUTED;
    }
    return mayHaveCommitted ? Outcome.UNKNOWN : Outcome.ROLLED_BACK;
  }

  /** What became of it if its answer is missing. */
  Outcome inFlight(Work work) {
    return switch (work) {
      case SESSION -> unsent(work);
      case ROWS, BATCH -> autoCommit || changedByText ? Outcome.UNKNOWN : unsent(work);
      case ANYTHING, COMMIT -> Outcome.UNKNOWN;
    };
  }

  /**
   * What became of it if the server refused a part of it: a procedure, or one of several
   * statements, may have committed what came before.
   */
  Outcome refused(Work work) {
    return switch (work) {
      case SESSION, ROWS, COMMIT -> unsent(work);
      case BATCH -> inFlight(work);
      case ANYTHING -> Outcome.UNKNOWN;
    };
  }
}
