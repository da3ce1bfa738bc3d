package io.understudy.samples.dbpair;

/**
 * The database accounts of every server of a pair. Their passwords are constants, which is
 * tolerable only because the servers listen on 127.0.0.1 and live as long as a test.
 */
public enum Account {
  /**
   * The application: everything on {@code appdb}, nothing else. Read-only mode stops its writes.
   */
  APP("app", "app-secret"),

  /**
   * The one who manages the servers, with the least privileges for it: switch read-only mode, read
   * and control replication, see and end other sessions. It sees nothing of {@code appdb} but the
   * table {@code ha_epoch}, in which a director names the generation that may write.
   */
  MANAGER("manager", "manager-secret"),

  /** What each server logs in with at the other one, to read its binary log. */
  REPLICATION("repl", "repl-secret"),

  /** May do everything. For arranging a test, never for the code under test. */
  ADMIN("admin", "admin-secret");

  private final String user;
  private final String password;

  Account(String user, String password) {
    this.user = user;
    this.password = password;
  }

  /** The login name. */
  public String user() {
    return user;
  }

  /** The password, the same on every server. */
  public String password() {
    return password;
  }
}
