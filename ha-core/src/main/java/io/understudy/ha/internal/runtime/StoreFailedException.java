package io.understudy.ha.internal.runtime;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The durable state could not be written; the life that wanted to write it is over. */
public final class StoreFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  StoreFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
