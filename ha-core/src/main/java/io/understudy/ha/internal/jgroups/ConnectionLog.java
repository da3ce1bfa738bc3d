package io.understudy.ha.internal.jgroups;

import java.util.Locale;
import org.jgroups.logging.Slf4jLogImpl;
import org.slf4j.LoggerFactory;

/**
 * The log of JGroups' connection table, at DEBUG whatever it says: its warnings tell that a
 * connection ended, which is no news here and comes at the rate of the peer's restarts.
 */
final class ConnectionLog extends Slf4jLogImpl {
  ConnectionLog() {
    super(Locale.ROOT, LoggerFactory.getLogger("org.jgroups.blocks.cs.TcpServer"));
  }

  @Override
  public void warn(String message) {
    debug(message);
  }

  @Override
  public void warn(String format, Object... arguments) {
    debug(format, arguments);
  }

  @Override
  public void warn(String message, Throwable cause) {
    debug(message, cause);
  }

  @Override
  public void error(String message) {
    debug(message);
  }

  @Override
  public void error(String format, Object... arguments) {
    debug(format, arguments);
  }

  @Override
  public void error(String message, Throwable cause) {
    debug(message, cause);
  }
}
