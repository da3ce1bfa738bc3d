package io.understudy.samples.node;

import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A real MySQL that the machines of a network reach, and the rows of {@link RowWriter}. */
final class JobDatabase implements AutoCloseable {
  private final Network network;
  private final DatabasePair pair;

  JobDatabase(Network network) {
    this.network = network;
    String addresses =
        network.members().stream().map(network::statusHere).collect(Collectors.joining(","));
    pair =
        DatabasePair.builder(Flavor.MYSQL).option("--bind-address=127.0.0.1," + addresses).start();
    try (Connection connection = server().connect(Account.APP)) {
      RowWriter.createTables(connection);
    } catch (SQLException e) {
      pair.close();
      throw new IllegalStateException(e);
    }
  }

  private DatabaseServer server() {
    return pair.a();
  }

  /** The URL of the server as a machine sees it. */
  String urlFrom(String member) {
    return server().jdbcUrl("appdb").replace("127.0.0.1", network.statusHere(member));
  }

  long rowsOf(long epoch) {
    String query = "SELECT COUNT(*) FROM job_rows WHERE epoch = " + epoch;
    try (Connection connection = server().connect(Account.APP);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Every row that was written after one of a higher epoch, or by another member in its epoch. */
  List<String> rowsOutOfOrder() {
    String query =
        "SELECT l.id, l.epoch, l.node, MAX(e.epoch), MAX(e.node)"
            + " FROM job_rows l JOIN (SELECT epoch, node, MIN(id) AS first FROM job_rows"
            + " GROUP BY epoch, node) e ON e.first < l.id AND (e.epoch > l.epoch"
            + " OR (e.epoch = l.epoch AND e.node <> l.node)) GROUP BY l.id, l.epoch, l.node";
    List<String> wrong = new ArrayList<>();
    try (Connection connection = server().connect(Account.APP);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      while (row.next()) {
        wrong.add(
            "row %d of epoch %d by %s after epoch %d by %s"
                .formatted(
                    row.getLong(1),
                    row.getLong(2),
                    row.getString(3),
                    row.getLong(4),
                    row.getString(5)));
      }
      return wrong;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    pair.close();
  }
}
