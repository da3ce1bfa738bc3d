package io.understudy.jdbc.internal.dialect;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whether commits wait until another server has them. A fence has to switch that off, and whoever
 * does so owes it to the server to switch it on again, in a later session if need be.
 */
public final class SemiSync {
  private static final int UNKNOWN_VARIABLE = 1193;

  private SemiSync() {}

  /** The settings by which commits wait, by name, and whether they are on. */
  static Map<String, Boolean> asking(Connection connection) throws SQLException {
    Map<String, Boolean> asking = new TreeMap<>();
    for (Map<String, String> row :
        Sql.rows(connection, "SHOW GLOBAL VARIABLES LIKE 'rpl_semi_sync_%_enabled'")) {
      String name = Sql.text(row, "variable_name");
      if (name.contains("_master_") || name.contains("_source_")) {
        asking.put(name, Sql.text(row, "value").equals("ON"));
      }
    }
    return asking;
  }

  /**
   * Switches off what is on: commits that wait return, and no other one waits.
   *
   * @param connection a session
   * @param silenced takes the names of the settings, for {@link #restore}; also if this fails
   * @throws SQLException if the server does not answer, or refuses
   */
  public static void silence(Connection connection, Set<String> silenced) throws SQLException {
    for (Map.Entry<String, Boolean> asking : asking(connection).entrySet()) {
      String name = asking.getKey();
      if (asking.getValue()) {
        silenced.add(name); // before: if the session breaks, nobody knows whether it was done
        Sql.execute(connection, "SET GLOBAL " + name + " = OFF");
      }
    }
  }

  /**
   * Switches on again what was switched off. What the server does not know any more, because it has
   * restarted without the plugin, is nothing that it could wait for.
   *
   * @param connection a session
   * @param silenced the names of the settings; those that are on again are removed
   * @throws SQLException if the server does not answer
   */
  public static void restore(Connection connection, Set<String> silenced) throws SQLException {
    for (String name : List.copyOf(silenced)) {
      try {
        Sql.execute(connection, "SET GLOBAL " + name + " = ON");
      } catch (SQLException e) {
        if (e.getErrorCode() != UNKNOWN_VARIABLE) {
          throw e;
        }
      }
      silenced.remove(name);
    }
  }

  /**
   * What to tell if replicas are there that would say what they have, and nobody asks them. A
   * director that died in the middle of a fence leaves it so.
   *
   * @param connection a session
   * @return what is off and what to do; empty if nothing is, or no such replica is there
   * @throws SQLException if the server does not answer
   */
  public static String notice(Connection connection) throws SQLException {
    for (Map.Entry<String, Boolean> asking : asking(connection).entrySet()) {
      String name = asking.getKey();
      String replicas = asking.getValue() ? "0" : replicas(connection, name);
      if (!replicas.equals("0")) {
        return ("%1$s is OFF although %2$s semi-synchronous replicas are connected: commits do not wait"
                + " for them, and a crash loses what they lack. If a fence that was cut off left it so:"
                + " SET GLOBAL %1$s = ON")
            .formatted(name, replicas);
      }
    }
    return "";
  }

  private static String replicas(Connection connection, String name) throws SQLException {
    String status = name.replace("_enabled", "_clients");
    return Sql.row(connection, "SHOW GLOBAL STATUS LIKE '" + status + "'")
        .getOrDefault("value", "0");
  }
}
