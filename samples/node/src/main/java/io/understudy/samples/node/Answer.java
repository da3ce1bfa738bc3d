package io.understudy.samples.node;

import java.io.Serial;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the HTTP API answers.
 *
 * @param status the HTTP status
 * @param body the JSON body
 */
public record Answer(int status, Map<String, @Nullable Object> body) {
  /**
   * An answer that says one thing.
   *
   * @param status the HTTP status
   * @param message for people
   * @return the answer
   */
  public static Answer of(int status, String message) {
    return new Answer(status, Json.object("message", message));
  }

  /** Ends the handling of a request with an answer. */
  public static final class Refusal extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final transient Answer answer;

    /**
     * Makes the exception.
     *
     * @param answer what to answer
     */
    public Refusal(Answer answer) {
      super(String.valueOf(answer.body().get("message")));
      this.answer = answer;
    }

    Answer answer() {
      return answer;
    }
  }
}
