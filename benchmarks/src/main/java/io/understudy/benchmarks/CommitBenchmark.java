package io.understudy.benchmarks;

import static java.util.Objects.requireNonNull;

import io.understudy.jdbc.HaDataSourceBuilder;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A transaction of one update, and an update that commits by itself: plain, with a commit token,
 * under an epoch guard, and with both. A real pair of MariaDB servers on this machine, so a round
 * trip costs little. Each transaction has one more over a network, whichever of the two it has, or
 * both; under a guard an update alone has three more.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class CommitBenchmark {
  /** What a transaction leaves or looks at for later proof. */
  public enum Proof {
    /** Nothing. */
    NONE,
    /** A commit token. */
    TOKEN,
    /** The row that names the generation. */
    GUARD,
    /** Both, in one statement. */
    BOTH
  }

  /** The data source, with a table for orders. */
  @State(Scope.Benchmark)
  public static class Orders extends BorrowBenchmark.Database {
    /** What is proved of each transaction. */
    @Param public Proof proof = Proof.NONE;

    @Override
    HaDataSourceBuilder configured(HaDataSourceBuilder builder) {
      if (proof == Proof.TOKEN || proof == Proof.BOTH) {
        builder.resolveCommits("appdb.ha_commits", Duration.ofSeconds(5));
      }
      if (proof == Proof.GUARD || proof == Proof.BOTH) {
        builder.guardWrites("appdb.ha_epoch");
      }
      return builder;
    }

    /**
     * Creates the tables.
     *
     * @throws SQLException if they exist
     */
    @Setup
    public void createTables() throws SQLException {
      try (Connection connection = requireNonNull(routed).getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute(
            "CREATE TABLE ha_commits (member VARCHAR(64) NOT NULL, life BIGINT NOT NULL,"
                + " slot INT NOT NULL, seq BIGINT NOT NULL, generation BIGINT NOT NULL,"
                + " written TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP"
                + " ON UPDATE CURRENT_TIMESTAMP, PRIMARY KEY (member, life, slot, generation)) ENGINE=InnoDB");
        statement.execute("CREATE TABLE orders (id INT PRIMARY KEY, number INT)");
        statement.execute("INSERT INTO orders VALUES (1, 1)");
      }
    }
  }

  /**
   * One transaction.
   *
   * @param orders the data source
   * @return how many rows it changed
   * @throws SQLException never
   */
  @Benchmark
  public int transaction(Orders orders) throws SQLException {
    try (Connection connection = requireNonNull(orders.routed).getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      int changed = statement.executeUpdate("UPDATE orders SET number = number + 1 WHERE id = 1");
      connection.commit();
      return changed;
    }
  }

  /**
   * One update that commits by itself.
   *
   * @param orders the data source
   * @return how many rows it changed
   * @throws SQLException never
   */
  @Benchmark
  public int updateAlone(Orders orders) throws SQLException {
    try (Connection connection = requireNonNull(orders.routed).getConnection();
        Statement statement = connection.createStatement()) {
      return statement.executeUpdate("UPDATE orders SET number = number + 1 WHERE id = 1");
    }
  }
}
