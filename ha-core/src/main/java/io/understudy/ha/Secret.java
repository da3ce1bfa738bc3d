package io.understudy.ha;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The cluster's shared secret: what tells a member from a stranger. It never appears in logs,
 * status or {@link #toString()}.
 */
public final class Secret {
  /** The shortest secret, in characters. */
  public static final int MIN_CHARACTERS = 16;

  private static final int MAX_BYTES = 4096;

  private final byte[] bytes;

  private Secret(String text) {
    this.bytes = text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * A secret given as text.
   *
   * @param text at least {@link #MIN_CHARACTERS} characters, not counting white space around it
   * @return the secret
   * @throws HaConfigurationException if it is too short
   */
  public static Secret of(String text) {
    return checked(text, "the secret");
  }

  /**
   * A secret in a file: its content without the white space around it.
   *
   * @param file a readable file of at most 4 KiB
   * @return the secret
   * @throws HaConfigurationException if the file cannot be read, is too large or its content too
   *     short
   */
  public static Secret ofFile(Path file) {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new HaConfigurationException(
            "secret file " + file + " has " + size + " bytes; at most " + MAX_BYTES + " are read",
            null);
      }
      return checked(Files.readString(file), "the secret in file " + file);
    } catch (IOException e) {
      throw new HaConfigurationException(
          "secret file " + file + " cannot be read (" + e + "); give a readable file", e);
    }
  }

  private static Secret checked(String text, String what) {
    String stripped = text.strip();
    if (stripped.length() < MIN_CHARACTERS) {
      throw new HaConfigurationException(
          what
              + " has "
              + stripped.length()
              + " characters; at least "
              + MIN_CHARACTERS
              + " are wanted",
          null);
    }
    return new Secret(stripped);
  }

  /**
   * The secret's bytes, for key derivation.
   *
   * @return a copy
   */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public String toString() {
    return "Secret[" + bytes.length + " bytes]";
  }
}
