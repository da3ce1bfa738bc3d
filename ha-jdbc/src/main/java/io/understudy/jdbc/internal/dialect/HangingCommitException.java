package io.understudy.jdbc.internal.dialect;

import java.io.Serial;
import java.sql.SQLException;

/** A server cannot be closed, because commits in it do not end, and ending them would do harm. */
public final class HangingCommitException extends SQLException {
  @Serial private static final long serialVersionUID = 1L;

  HangingCommitException(String message) {
    super(message);
  }
}
