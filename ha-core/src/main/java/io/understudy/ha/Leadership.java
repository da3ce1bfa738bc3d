package io.understudy.ha;

import java.time.Duration;

/**
 * One leadership of one role: the grant that {@link RoleListener#elected} hands out. Threadsafe.
 *
 * <p>The {@linkplain #epoch() epoch} is the fencing token: pass it to every resource that can
 * compare numbers. {@link #isValid()} is the check for all others; it cannot close the gap between
 * the check and the write, the epoch can.
 */
public interface Leadership {
  /**
   * The role.
   *
   * @return the name of the role
   */
  String role();

  /**
   * The number of this leadership: durable, and strictly greater than that of every earlier
   * leadership of the role, for ever.
   *
   * @return the epoch, at least 1
   */
  long epoch();

  /**
   * Whether the lease still runs, read from this process' monotonic clock (and the wall clock,
   * which betrays a suspended machine). Costs two clock reads, takes no lock, allocates nothing.
   * Right from the first call after a pause of the process. Once false it stays false.
   *
   * @return true while no other member can lead the role
   */
  boolean isValid();

  /**
   * How long the lease runs if it is not renewed.
   *
   * @return the time left, zero if it has ended
   */
  Duration remaining();
}
