package io.understudy.jdbc.internal.dialect;

/**
 * Which server answers, and since when it has been up.
 *
 * @param identity what tells it from other servers: server UUID (MySQL), domain and server id
 *     (MariaDB)
 * @param written how many transactions it has written itself at least, where the identity alone
 *     does not show that a server was set up anew; else 0
 * @param begunSeconds when it started, on its own clock as that was then
 * @param durable whether it stores every commit before it answers, so that a power failure takes
 *     none
 */
public record ServerLife(String identity, long written, long begunSeconds, boolean durable) {
  /**
   * Whether this is the server of an earlier look, with all that it had then.
   *
   * @param before what was seen then
   * @return false if it was set up anew, or is another one
   */
  public boolean isServerOf(ServerLife before) {
    return identity.equals(before.identity) && written >= before.written;
  }

  /**
   * Whether it has been up since an earlier look.
   *
   * @param before what was seen then
   * @return false if it has restarted since, or is another one
   */
  public boolean continues(ServerLife before) {
    return isServerOf(before) && begunSeconds == before.begunSeconds;
  }

  /**
   * Whether no restart since an earlier look has taken a commit. A setting made at run time is gone
   * after a restart, so that it stores each commit now says nothing of then.
   *
   * @param before what was seen then
   * @return true if it stored each commit then, and does now
   */
  public boolean forgetsNothing(ServerLife before) {
    return before.durable && durable;
  }
}
