package io.understudy.samples.dbpair;

/** A server could not be started, reached or controlled; the message says what was tried. */
public final class DatabasePairException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DatabasePairException(String message) {
    super(message);
  }

  DatabasePairException(String message, Throwable cause) {
    super(message, cause);
  }
}
