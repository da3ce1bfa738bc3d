package io.understudy.ha;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A version and the bytes that were written under it. Immutable: bytes are copied in and out. */
public final class RegisterValue {
  /** The largest value, in bytes. */
  public static final int MAX_BYTES = 4096;

  /** What a register holds before anybody wrote it: no bytes, {@link RegisterVersion#NONE}. */
  public static final RegisterValue NONE = new RegisterValue(RegisterVersion.NONE, new byte[0]);

  private final RegisterVersion version;
  private final byte[] bytes;

  /**
   * Makes a value.
   *
   * @param version its version
   * @param bytes its content, copied; at most {@link #MAX_BYTES}
   * @throws IllegalArgumentException if {@code bytes} is longer
   */
  public RegisterValue(RegisterVersion version, byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "a register value holds at most " + MAX_BYTES + " bytes, not " + bytes.length);
    }
    this.version = version;
    this.bytes = bytes.clone();
  }

  /**
   * The version.
   *
   * @return the version under which the bytes were written
   */
  public RegisterVersion version() {
    return version;
  }

  /**
   * The content.
   *
   * @return a copy of the bytes
   */
  public byte[] bytes() {
    return bytes.clone();
  }

  /**
   * The content as text.
   *
   * @return the bytes read as UTF-8
   */
  public String asText() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * The same bytes under another version: what a new leader commits again in its own epoch.
   *
   * @param newVersion the version to carry
   * @return the re-versioned value
   */
  public RegisterValue withVersion(RegisterVersion newVersion) {
    return new RegisterValue(newVersion, bytes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RegisterValue that
        && version.equals(that.version)
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * version.hashCode() + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return version + " (" + bytes.length + " bytes)";
  }
}
