package io.understudy.jdbc.internal.director;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.AbstractDataSource;

class ConnectorTest {
  /** An error that ended the helper's thread in silence would look like a server that hangs. */
  @Test
  void aDriverThatFailsWithAnErrorIsToldAtOnce() {
    Connector connector =
        new Connector(
            new Failing(),
            task -> {
              Thread helper = new Thread(task);
              helper.setUncaughtExceptionHandler((thread, lost) -> {});
              helper.start();
            });
    SQLException told =
        assertThrows(SQLException.class, () -> connector.connect(Duration.ofSeconds(30)));
    assertTrue(String.valueOf(told.getMessage()).contains("no driver, says the test"));
    assertInstanceOf(NoClassDefFoundError.class, told.getCause().getCause());
  }

  private static final class Failing extends AbstractDataSource {
    @Override
    public Connection getConnection() {
      throw new NoClassDefFoundError("no driver, says the test");
    }

    @Override
    public Connection getConnection(String user, String password) {
      return getConnection();
    }
  }
}
