package io.understudy.ha;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Base of the library's unchecked exceptions; the subtype tells the caller's next step. */
public abstract class HaException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  HaException(String message) {
    super(message);
  }

  HaException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
