package io.understudy.ha;

import java.util.regex.Pattern;

/**
 * The stable name of a member: one JVM (or witness) of the cluster. It survives restarts, and no
 * two running processes may use the same one.
 *
 * @param value 1 to 64 characters of {@code A-Z a-z 0-9 . _ -}
 */
public record MemberId(String value) implements Comparable<MemberId> {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if {@code value} has another form
   */
  public MemberId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "member id '" + value + "' is not 1 to 64 characters of A-Z a-z 0-9 . _ -");
    }
  }

  /**
   * Shorthand for the constructor.
   *
   * @param value the name
   * @return the id
   */
  public static MemberId of(String value) {
    return new MemberId(value);
  }

  @Override
  public int compareTo(MemberId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
