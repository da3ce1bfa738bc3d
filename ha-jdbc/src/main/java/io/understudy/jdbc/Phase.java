package io.understudy.jdbc;

/** Where an assignment stands. */
public enum Phase {
  /** Nobody writes yet: the director looks at the masters and prepares one. */
  CHECKING,
  /** The writer is agreed, open and used. */
  SERVING,
  /**
   * A planned change begins: connections that are borrowed go on with the writer, borrowers are
   * held.
   */
  DRAINING,
  /**
   * A planned change: the last writer is withdrawn, and the next one is being prepared, or the last
   * one again.
   */
  SWITCHING,
  /** The last writer is withdrawn, the next one is being prepared. */
  FAILING_OVER,
  /** The offset audit refused the masters: two of them could issue the same id. */
  REFUSED;

  /**
   * Whether there is a writer, for those at least who use it already.
   *
   * @return true in {@link #SERVING} and {@link #DRAINING}
   */
  public boolean hasWriter() {
    return this == SERVING || this == DRAINING;
  }

  /**
   * Whether the writer is being changed on purpose, which is over before borrowers give up.
   *
   * @return true in {@link #DRAINING} and {@link #SWITCHING}
   */
  public boolean isPlanned() {
    return this == DRAINING || this == SWITCHING;
  }
}
