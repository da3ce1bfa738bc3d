package io.understudy.jdbc;

/** What the exceptions of this library tell besides SQLState and message. */
public sealed interface HaFailure permits HaSqlException, NoWriterException {
  /**
   * What is known about the work.
   *
   * @return the outcome
   */
  Outcome outcome();

  /**
   * Where this JVM stood when it failed.
   *
   * @return writer, generation, epoch and node
   */
  RouteInfo route();
}
