package io.understudy.ha.internal.facts;

import io.understudy.ha.RoleRegister;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What the users of a role say to each other in reports; the library does not read it. */
public final class Statement {
  /** Nothing is said. */
  public static final Statement NONE = new Statement(new byte[0]);

  private final byte[] bytes;

  /**
   * Copies.
   *
   * @throws IllegalArgumentException if it is longer than a report may carry
   */
  public Statement(byte[] bytes) {
    if (bytes.length > RoleRegister.MAX_TOLD_BYTES) {
      throw new IllegalArgumentException(
          "a statement holds at most %d bytes, not %d"
              .formatted(RoleRegister.MAX_TOLD_BYTES, bytes.length));
    }
    this.bytes = bytes.clone();
  }

  /** A copy. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Whether nothing is said. */
  public boolean isEmpty() {
    return bytes.length == 0;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Statement that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return bytes.length + " bytes";
  }
}
