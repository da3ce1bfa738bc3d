package io.understudy.ha.spi;

import java.time.Duration;
import java.util.Objects;

/** A hook that is a piece of the application. */
record CallbackFenceHook(Scope scope, String name, Callback callback) implements FenceHook {
  CallbackFenceHook {
    Objects.requireNonNull(scope, "scope");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(callback, "callback");
  }

  @Override
  public FenceResult fence(FenceRequest request, Duration limit) throws Exception {
    return callback.fence(request, limit);
  }
}
