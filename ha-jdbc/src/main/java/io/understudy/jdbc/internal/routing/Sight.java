package io.understudy.jdbc.internal.routing;

/**
 * How one member sees one master.
 *
 * @param kind what its last probe gave
 * @param failures how many probes in a row were not answered, or found its disk full
 * @param code the server's error code, if it declined
 */
public record Sight(Kind kind, int failures, int code) {
  /** It answers. */
  public static final Sight OK = new Sight(Kind.OK, 0, 0);

  /** Nobody listens there. */
  public static final Sight REFUSED = new Sight(Kind.REFUSED, 1, 0);

  /** What a probe gave. */
  public enum Kind {
    /** An answer. */
    OK('O'),
    /** Nobody listens there. */
    REFUSED('R'),
    /** No answer in time, or a connection that broke. */
    SILENT('S'),
    /** A server that answers and would not have us: it lives. */
    DECLINED('D'),
    /** An answer, of a server that cannot write because its disk is full. */
    FULL('F');

    private final byte letter;

    Kind(char letter) {
      this.letter = (byte) letter;
    }

    /** What stands for it in a statement. */
    byte letter() {
      return letter;
    }
  }

  /** Keeps to what a statement can carry. */
  public Sight {
    failures = Math.min(Math.max(failures, 0), 255);
    code = code < 0 || code > 65_535 ? 0 : code;
  }

  /**
   * Without an answer.
   *
   * @param failures how often in a row
   * @return the sight
   */
  public static Sight silent(int failures) {
    return new Sight(Kind.SILENT, failures, 0);
  }

  /**
   * Turned away.
   *
   * @param code the server's error code
   * @return the sight
   */
  public static Sight declined(int code) {
    return new Sight(Kind.DECLINED, 0, code);
  }

  /**
   * Unable to write for want of space.
   *
   * @param looks how often in a row
   * @return the sight
   */
  public static Sight full(int looks) {
    return new Sight(Kind.FULL, looks, 0);
  }

  /** Whether it counts as a vote that the master cannot write for want of space. */
  boolean isFull(int enough) {
    return kind == Kind.FULL && failures >= enough;
  }

  /** Whether it counts as a vote that the master is gone. */
  boolean isGone(int enough) {
    return kind == Kind.REFUSED || (kind == Kind.SILENT && failures >= enough);
  }
}
