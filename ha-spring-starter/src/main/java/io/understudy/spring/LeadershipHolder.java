package io.understudy.spring;

import io.understudy.ha.Leadership;
import java.util.Optional;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/** The leadership under which a {@link LeaderOnly} method runs. Bound to the thread. */
public final class LeadershipHolder {
  private static final ThreadLocal<@Nullable Leadership> CURRENT = new ThreadLocal<>();

  private LeadershipHolder() {}

  /**
   * The leadership that the innermost {@link LeaderOnly} method on this thread was let in with. Ask
   * it whether it {@linkplain Leadership#isValid() is still valid}.
   *
   * @return the leadership, or empty outside such a method
   */
  public static Optional<Leadership> current() {
    return Optional.ofNullable(CURRENT.get());
  }

  static @Nullable Object proceed(MethodInvocation call, Leadership leadership) throws Throwable {
    Leadership outer = CURRENT.get();
    CURRENT.set(leadership);
    try {
      return call.proceed();
    } finally {
      if (outer == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
    }
  }
}
