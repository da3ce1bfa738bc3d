package io.understudy.ha;

import java.time.Duration;

/** What a member last said to the others of a role. Immutable: bytes are copied in and out. */
public final class Told {
  private final byte[] bytes;
  private final Duration age;

  /**
   * Makes one.
   *
   * @param bytes what was said, copied
   * @param age how long ago it was last heard, on this member's clock; zero for its own word
   */
  public Told(byte[] bytes, Duration age) {
    this.bytes = bytes.clone();
    this.age = age;
  }

  /**
   * What was said.
   *
   * @return a copy of the bytes, at least one
   */
  public byte[] bytes() {
    return bytes.clone();
  }

  /**
   * How long ago the member was last heard to say so. Members repeat themselves every half lease,
   * so one that is there is not much older than that.
   *
   * @return zero for this member's own word
   */
  public Duration age() {
    return age;
  }

  @Override
  public String toString() {
    return bytes.length + " bytes, heard " + age.toMillis() + " ms ago";
  }
}
