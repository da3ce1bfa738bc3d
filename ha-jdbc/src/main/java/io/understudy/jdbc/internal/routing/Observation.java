package io.understudy.jdbc.internal.routing;

import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.util.Map;

/** The result of one probe of one master. */
public sealed interface Observation {
  /**
   * The server answered.
   *
   * @param facts what it said
   * @param lacking for other masters, how many of their transactions this server lacks; only
   *     masters that could be compared
   * @param findings what a person should know beside that
   */
  record Healthy(ServerFacts facts, Map<String, Long> lacking, Findings findings)
      implements Observation {
    /** Copies. */
    public Healthy {
      lacking = Map.copyOf(lacking);
    }

    /**
     * One without findings.
     *
     * @param facts what it said
     * @param lacking how many transactions of others it lacks
     */
    public Healthy(ServerFacts facts, Map<String, Long> lacking) {
      this(facts, lacking, Findings.NONE);
    }

    /**
     * The same of a server on which the application may not write, whatever its mode is.
     *
     * @return the changed observation
     */
    public Healthy asReadOnly() {
      return new Healthy(facts.withMode(Mode.READ_ONLY), lacking, findings);
    }
  }

  /**
   * The probe failed.
   *
   * @param kind what that says of the server
   * @param message what was tried and what came back
   * @param broken whether the session of the last answer broke, so that the server may have
   *     restarted since then
   */
  record Failed(Kind kind, String message, boolean broken) implements Observation {
    /**
     * One that says nothing of an earlier session.
     *
     * @param kind what that says of the server
     * @param message what was tried and what came back
     */
    public Failed(Kind kind, String message) {
      this(kind, message, false);
    }
  }

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
