package io.understudy.jdbc.internal.routing;

import java.util.Map;

/** The result of one probe of one master. */
public sealed interface Observation {
  /**
   * The server answered.
   *
   * @param facts what it said
   * @param lacking for other masters, how many of their transactions this server lacks; only
   *     masters that could be compared
   */
  record Healthy(ServerFacts facts, Map<String, Long> lacking) implements Observation {
    /** Copies. */
    public Healthy {
      lacking = Map.copyOf(lacking);
    }
  }

  /**
   * The probe failed.
   *
   * @param kind what that says of the server
   * @param message what was tried and what came back
   */
  record Failed(Kind kind, String message) implements Observation {}

  /** What a failed probe says of the server. */
  enum Kind {
    /** Nobody listens there: enough to call the server gone. */
    REFUSED,
    /** No answer in time, or the connection broke: counts towards gone. */
    SILENT,
    /** A server answered and would not have us (password, connection limit): it lives. */
    DECLINED
  }
}
