package io.understudy.samples.dbpair;

/** How a server comes back in {@link DatabaseServer#restart}. */
public enum StartOption {
  /** Refuses writes from its first moment ({@code super_read_only} or {@code read_only}). */
  READ_ONLY,

  /** Does not fetch from the other server until somebody starts replication. */
  REPLICATION_STOPPED
}
