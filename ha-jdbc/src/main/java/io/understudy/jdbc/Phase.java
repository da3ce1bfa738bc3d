package io.understudy.jdbc;

/** Where an assignment stands. Only {@link #SERVING} names a writer that may be used. */
public enum Phase {
  /** Nobody writes yet: the director looks at the masters and prepares one. */
  CHECKING,
  /** The writer is agreed, open and used. */
  SERVING,
  /** The last writer is withdrawn, the next one is being prepared. */
  FAILING_OVER,
  /** The offset audit refused the masters: two of them could issue the same id. */
  REFUSED
}
