package io.understudy.ha.internal.jgroups;

import java.io.Serial;
import java.net.SocketException;

/** A connection whose other side is no member that may be talked to. Without stack trace. */
final class HandshakeException extends SocketException {
  @Serial private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** What came out. */
  enum Reason {
    /** The other side does not speak this protocol. */
    NO_MEMBER,
    /** It speaks another version of it. */
    OTHER_VERSION,
    /** It knows another secret, or belongs to another cluster. */
    OTHER_SECRET,
    /** It is this very process. */
    SELF,
    /** It is another process under this member's name. */
    SAME_MEMBER
  }

  HandshakeException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
