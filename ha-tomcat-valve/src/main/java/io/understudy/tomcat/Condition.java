package io.understudy.tomcat;

import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * Something that must hold for a gated request to pass, for example "a database writer is
 * available".
 */
public interface Condition {
  /**
   * The name that answers and logs show.
   *
   * @return a short constant name, for example {@code writer}
   */
  String name();

  /**
   * Whether it holds now. Asked for every gated request, on the request's thread: an implementation
   * reads a field; it must not block, lock or allocate. If it throws, the condition counts as not
   * holding.
   *
   * @return true if requests may pass
   */
  boolean holds();

  /**
   * A condition from a method reference: {@code Condition.of("writer", orders::isWriterAvailable)}.
   *
   * @param name the name that answers and logs show
   * @param holds see {@link #holds()}
   * @return the condition
   */
  static Condition of(String name, BooleanSupplier holds) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(holds, "holds");
    return new Condition() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public boolean holds() {
        return holds.getAsBoolean();
      }

      @Override
      public String toString() {
        return name;
      }
    };
  }
}
