package io.understudy.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The vendor code that an exception takes over from its cause. */
final class VendorCode {
  private VendorCode() {}

  static int of(@Nullable Throwable cause) {
    return cause instanceof SQLException known ? known.getErrorCode() : 0;
  }
}
