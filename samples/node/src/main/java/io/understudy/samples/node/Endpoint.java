package io.understudy.samples.node;

/**
 * One thing that the HTTP API can be asked.
 *
 * @param method the HTTP method; GET answers HEAD too
 * @param path the path
 * @param handler what answers
 */
public record Endpoint(String method, String path, Handler handler) {
  /** Answers; called by several threads. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Does what is asked.
     *
     * @param query the parameters
     * @param by who asks, for people
     * @return the answer
     * @throws Answer.Refusal to answer otherwise
     */
    Answer answer(Query query, String by) throws Answer.Refusal;
  }

  boolean allows(String asked) {
    return asked.equals(method) || ("HEAD".equals(asked) && "GET".equals(method));
  }
}
