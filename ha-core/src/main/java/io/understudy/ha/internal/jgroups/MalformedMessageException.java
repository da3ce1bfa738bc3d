package io.understudy.ha.internal.jgroups;

import java.io.Serial;

/**
 * Bytes that are no message of this protocol, or none that may be believed. The message is dropped.
 */
public final class MalformedMessageException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /** Says what was found; no stack trace, because strangers' bytes can cause it at any rate. */
  public MalformedMessageException(String message) {
    super(message, null, false, false);
  }
}
